import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/environments';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

/** Evaluates an expression in a Node of its own, where `converter` is what cdktf-cli gets for @cdktf/hcl2cdk. */
async function evaluate(expression: string): Promise<unknown> {
  const program = `
    const { createRequire } = require('node:module');
    const cli = createRequire(require.resolve('cdktf-cli/package.json'));
    const converter = cli('@cdktf/hcl2cdk');
    const loaded = () => Object.keys(require.cache).filter((file) => !/cdktf-cli/.test(file)).length;
    require('node:fs').writeSync(1, '\\n' + JSON.stringify(${expression}));
    process.exit();`;
  const { stdout } = await execa('node', ['--eval', program], { cwd: ROOT });
  // The real one has words of its own to say on loading, about Terraform's settings for one.
  return JSON.parse(stdout.split('\n').at(-1) ?? '');
}

describe("the stand-in for cdktf's HCL converter", () => {
  test('loads nothing until it is asked', async () => {
    expect(await evaluate('loaded()')).toBe(1);
    expect(await evaluate('[converter.CODE_MARKER, loaded() > 100]')).toEqual([expect.any(String), true]);
  });

  test('has the names of the real one, and its values', async () => {
    const names = createRequire(join(ROOT, 'package.json'))('hcl2cdk') as Record<string, unknown>;

    expect(await evaluate('Object.keys(converter).sort()')).toEqual(Object.keys(names).sort());
    expect(await evaluate(`Object.keys(converter).every((name) => converter[name] === require('hcl2cdk')[name])`)).toBe(
      true,
    );
  });

  test('is of one version with cdktf-cli and the real one', async () => {
    const [cli, standIn, real] = await Promise.all(
      ['node_modules/cdktf-cli', 'scripts/hcl2cdk', 'node_modules/hcl2cdk'].map(manifestOf),
    );

    expect(standIn?.version).toBe(cli?.dependencies['@cdktf/hcl2cdk']);
    expect(standIn?.dependencies).toEqual({ hcl2cdk: `npm:@cdktf/hcl2cdk@${String(real?.version)}` });
    expect(real?.version).toBe(cli?.version);
  });

  test('`cdktf convert` converts', async () => {
    const { stdout } = await execa('npx', ['cdktf', 'convert', '--language', 'typescript'], {
      cwd: ROOT,
      input: 'output "zone" {\n  value = "eu-west-1a"\n}\n',
    });

    expect(stdout).toContain('new TerraformOutput(this, "zone"');
    expect(stdout).toContain('eu-west-1a');
  });
});
