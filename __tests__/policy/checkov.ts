import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { lastWords, run } from '../../src/local/run';
import type { Synthesized } from '../support/synth';

const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt');

const check = z.looseObject({
  check_id: z.string(),
  check_name: z.string(),
  file_path: z.string(),
  resource: z.string(),
});
const report = z.looseObject({
  results: z.looseObject({ failed_checks: z.array(check) }),
  summary: z.looseObject({
    passed: z.number(),
    failed: z.number(),
    parsing_errors: z.number(),
    checkov_version: z.string(),
  }),
});

export interface Finding {
  readonly id: string;
  readonly name: string;

  /** `<stack>/<type>.<id>` */
  readonly resource: string;
}

export interface Scan {
  readonly findings: readonly Finding[];
  readonly passed: number;
}

/**
 * checkov in a virtual environment below `stateFolder`, installed once for each list of requirements.
 *
 * @throws Error with what pip said, when it cannot be installed
 */
export async function installCheckov(stateFolder: string): Promise<string> {
  const venv = path.join(stateFolder, 'venv-checkov');
  const mark = path.join(venv, `requirements-${hashOf(REQUIREMENTS)}`);
  const bin = path.join(venv, 'bin');
  if (existsSync(mark)) return path.join(bin, 'checkov');
  await must('python3', ['-m', 'venv', '--clear', venv]);
  await must(path.join(bin, 'pip'), [
    'install',
    '--quiet',
    '--require-hashes',
    '--only-binary=:all:',
    '-r',
    REQUIREMENTS,
  ]);
  await writeFile(mark, '');
  return path.join(bin, 'checkov');
}

/** What checkov thinks of `stacks`, as Terraform will read them. */
export async function scan(checkov: string, stacks: readonly Synthesized[]): Promise<Scan> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-checkov-'));
  try {
    for (const { name, json } of stacks) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'cdk.tf.json'), json);
    }
    const args = [
      '-d',
      folder,
      '--framework',
      'terraform_json',
      '--skip-download',
      '--quiet',
      '--compact',
      '-o',
      'json',
    ];
    const result = await run(checkov, args, { timeout: 300_000 });
    const { results, summary } = report.parse(JSON.parse(result.stdout));
    // A file that checkov cannot read must not pass for a clean one.
    if (summary.parsing_errors > 0 || summary.passed === 0) throw new Error(`checkov read nothing: ${result.stdout}`);
    return {
      passed: summary.passed,
      findings: results.failed_checks.map(({ check_id, check_name, file_path, resource }) => ({
        id: check_id,
        name: check_name,
        resource: `${path.basename(path.dirname(file_path))}/${resource}`,
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const result = await run(command, args, { timeout: 600_000 });
  if (result.failed) throw new Error(`${path.basename(command)} ${args[0] ?? ''}: ${lastWords(result)}`);
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}
