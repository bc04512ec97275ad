import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LEFT_OUT = new Set(['node_modules', '.git', '.cloudpe', 'cdktf.out', '.venv']);

/** A copy of this checkout to edit, as an engineer would: the one under test stays as it is. */
export class Checkout {
  public readonly root = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-e2e-'));

  public constructor() {
    cpSync(ROOT, this.root, {
      recursive: true,
      filter: (source) => !LEFT_OUT.has(path.relative(ROOT, source).split(path.sep)[0] ?? ''),
    });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.root, 'node_modules'));
  }

  /**
   * Replaces `from` by `to` in a file.
   *
   * @throws Error when the file does not say `from` exactly once
   */
  public edit(file: string, from: string, to: string): void {
    const name = path.join(this.root, file);
    const parts = readFileSync(name, 'utf8').split(from);
    if (parts.length !== 2)
      throw new Error(`${file} must say ${JSON.stringify(from)} once, it does ${parts.length - 1} times`);
    writeFileSync(name, parts.join(to));
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
