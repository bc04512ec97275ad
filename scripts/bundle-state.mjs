// Says whether a bundle is still what its files would give: beside each lies a note of them and of their state.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function stateOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs, ctimeMs } = statSync(join(root, file));
    hash.update(JSON.stringify([file, size, mtimeMs, ctimeMs]));
  }
  return hash.digest('hex');
}

export function isCurrent(root, note) {
  try {
    const { files, state } = JSON.parse(readFileSync(note, 'utf8'));
    return stateOf(root, files) === state;
  } catch {
    return false;
  }
}
