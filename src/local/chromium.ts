import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Apt } from './apt';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export interface ChromiumProps {
  readonly apt: Apt;
  /** The caller's CHROMIUM: the browser to use. @default - the first one found */
  readonly chosen?: string | undefined;
  /** The caller's PATH. */
  readonly searchPath?: string | undefined;
  /** Files that may be a browser outside of the PATH. @default - Debian's package, macOS applications */
  readonly elsewhere?: readonly string[];
}

/** A browser, or why there is none: in words fit for a skipped test. */
export type Chromium = { readonly path: string } | { readonly reason: string };

/** Finds a Chromium; on Debian as root it installs the distribution's, after saying so. */
export async function ensureChromium({
  apt,
  chosen,
  searchPath = '',
  elsewhere = ELSEWHERE,
}: ChromiumProps): Promise<Chromium> {
  if (chosen !== undefined && chosen !== '') {
    return existsSync(chosen) ? { path: chosen } : { reason: `CHROMIUM names ${chosen}, which does not exist` };
  }
  const folders = searchPath.split(path.delimiter).filter(Boolean);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...elsewhere];
  const find = () => candidates.find((file) => existsSync(file));
  const found = find();
  if (found !== undefined) return { path: found };

  const advice = 'no Chromium or Chrome found: install one, or name it with the variable CHROMIUM';
  if (apt.obstacle !== undefined) return { reason: `${advice} (not installed for you: ${apt.obstacle})` };
  // Ubuntu's package is a stub for a snap, which does not run in a container or under another home.
  if (apt.distribution === 'ubuntu')
    return { reason: `${advice} (not installed for you: Ubuntu has it as a snap only)` };
  try {
    await apt.install(['chromium'], 'to drive the pages in a browser');
  } catch (error) {
    return { reason: `${advice}; ${error instanceof Error ? error.message : String(error)}` };
  }
  const installed = find();
  return installed === undefined ? { reason: `${advice}; the package chromium brought none` } : { path: installed };
}
