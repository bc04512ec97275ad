import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { environments } from '../../src/config/environments';
import { checkAccount, checkRegion } from '../../src/deploy/account';
import { approve, checkApproval } from '../../src/deploy/approval';
import { lockInFailure, lockText } from '../../src/deploy/lock';
import { pullPresent, requirePushed, signedIn } from '../../src/deploy/registry';
import { rollbackText, type Release } from '../../src/deploy/release';
import { deploySettings } from '../../src/deploy/settings';
import { deployCalls, deployVariables } from '../../src/deploy/stacks';
import { causeOf, countsOf, progressLine } from '../../src/deploy/terraform-lines';
import { checkVersions } from '../../src/deploy/versions';
import { person, programs, settingsOf } from './settings';

/** STS as it answers, or as it fails. */
function sts(answer: { Account: string; Arn: string } | Error): STSClient {
  const client = new STSClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  client.send = async (command: unknown) => {
    expect(command).toBeInstanceOf(GetCallerIdentityCommand);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return client;
}

const named = (name: string): Error => Object.assign(new Error(`${name} happened`), { name });

describe('who deploys', () => {
  test('credentials of the account pass, and are named', async () => {
    const arn = 'arn:aws:sts::111111111111:assumed-role/dev/alice';
    expect(await checkAccount(sts({ Account: '111111111111', Arn: arn }), environments.test)).toBe(arn);
  });

  test('credentials of another account are refused with both accounts', async () => {
    const other = { Account: '999999999999', Arn: 'arn:aws:iam::999999999999:user/bob' };
    await expect(checkAccount(sts(other), environments.test)).rejects.toThrow(
      'environments.test.account must be the account of your credentials: it is 111111111111, they belong to 999999999999 (arn:aws:iam::999999999999:user/bob); choose others with AWS_PROFILE, or correct src/config/environments.ts',
    );
  });

  test.each([
    ['CredentialsProviderError', /none were found; sign in \(aws sso login\) and choose a profile with AWS_PROFILE$/],
    ['ExpiredToken', /they have expired; sign in again \(aws sso login\)$/],
    ['InvalidClientTokenId', /AWS does not know them; choose others with AWS_PROFILE$/],
  ])('%s is explained', async (name, text) => {
    await expect(checkAccount(sts(named(name)), environments.test)).rejects.toThrow(text);
  });

  test.each(['AWS_REGION', 'AWS_DEFAULT_REGION'])('another region in %s is refused', (variable) => {
    expect(() => {
      checkRegion({ [variable]: 'eu-west-1' }, environments.test);
    }).toThrow(
      `${variable} must be the region of test, us-east-1, or not be set, got "eu-west-1"; unset ${variable}, or correct environments.test.region`,
    );
  });

  test('the same region, or none, passes', () => {
    checkRegion({ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: '' }, environments.test);
    checkRegion({}, environments.test);
  });
});

describe('where to', () => {
  test.each([
    [{ ENVIRONMENT: 'staging' }, 'ENVIRONMENT must be one of test, prod, local, got "staging"'],
    [{ ENVIRONMENT: 'test', WORKSPACE: 'Alice' }, /^WORKSPACE must be words of a-z and 0-9.*, got "Alice"$/],
    [{ ENVIRONMENT: 'test', WORKSPACE: 'a'.repeat(21) }, /^WORKSPACE must have at most 20 characters, got "a{21}"$/],
    [{ ENVIRONMENT: 'test', WORKSPACE: 'my-prod' }, /^WORKSPACE must not contain the name of an environment \(prod\)/],
    [{ ENVIRONMENT: 'test', VERSION: 'a b' }, /^VERSION must be 1 to 63 of letters.*, got "a b"$/],
  ])('%j is refused', (variables, text) => {
    expect(() => deploySettings(process.cwd(), variables)).toThrow(text);
  });

  test('an environment that Datadog watches needs its keys, which become variables and nothing else', async () => {
    await expect(deployVariables(settingsOf('test'))).rejects.toThrow(
      'DD_API_KEY and DD_APP_KEY must be set: Datadog watches test',
    );
    const keys = { DD_API_KEY: 'placeholder-api-key', DD_APP_KEY: 'placeholder-app-key' };
    const variables = await deployVariables(settingsOf('test', {}, keys));
    expect(variables.TF_VAR_datadog_api_key).toBe('placeholder-api-key');
    expect(variables).toMatchObject({ ENVIRONMENT: 'test', WORKSPACE: 'default', VERSION: 'dev' });
    expect(variables.AWS_ACCESS_KEY_ID).toBeUndefined();
  });
});

describe('programs', () => {
  test('good ones pass', async () => {
    await checkVersions(programs().run, 'cdktf');
  });

  test('all that is missing or old is named at once', async () => {
    const { run } = programs({
      'terraform version': { stdout: '{"terraform_version": "1.9.8"}' },
      'cdktf --version': { failed: true, code: 'ENOENT' },
    });
    await expect(checkVersions(run, 'cdktf')).rejects.toThrow(
      /^Terraform 1\.11 or newer is needed, this is 1\.9\.8: see https:.*\ncdktf 0\.21\.0 is needed, none is installed: run npm ci$/,
    );
  });
});

describe('the yes', () => {
  const { config: test_ } = settingsOf('test');
  const { config: prod } = settingsOf('prod');
  const { config: local } = settingsOf('local');

  test('prod wants its name typed, and takes nothing else', async () => {
    const right = person('prod');
    expect(await approve({ config: prod, person: right })).toBe(true);
    expect(right.asked).toEqual(['Type prod to apply this, anything else to stop:']);
    for (const wrong of ['yes', 'PROD', 'test', '']) {
      expect(await approve({ config: prod, person: person(wrong) })).toBe(false);
    }
  });

  test('prod without a terminal needs the flag, and says so before anything else', () => {
    expect(() => {
      checkApproval({ config: prod, person: person() });
    }).toThrow("prod needs somebody's yes and there is no terminal to ask at: run it in one, or with --approve prod");
  });

  test('the flag must name the environment', async () => {
    expect(await approve({ config: prod, person: person(), approved: 'prod' })).toBe(true);
    await expect(approve({ config: prod, person: person(), approved: 'test' })).rejects.toThrow(
      '--approve must name the environment, prod, got "test"',
    );
  });

  test('test wants a yes, local nothing', async () => {
    expect(await approve({ config: test_, person: person('yes') })).toBe(true);
    expect(await approve({ config: test_, person: person('no') })).toBe(false);
    const nobody = person();
    expect(await approve({ config: local, person: nobody })).toBe(true);
    expect(nobody.asked).toEqual([]);
  });
});

describe('images', () => {
  const image = { name: 'backend', folder: 'images/backend', platform: 'linux/amd64', tag: '0123456789abcdef' };
  const backend = { ...image, repository: 'cloudpe-default-test/pe/backend' };

  test('a tag that is not in the registry is named, with what to do', () => {
    expect(() => {
      requirePushed({ present: [], missing: [backend], noRepository: [] }, 'ENVIRONMENT=test');
    }).toThrow(
      'the registry does not hold what would run:\n  cloudpe-default-test/pe/backend:0123456789abcdef\npush them from this commit, or deploy a commit whose images were pushed',
    );
  });

  test('without a repository the foundation comes first', () => {
    expect(() => {
      requirePushed({ present: [], missing: [backend], noRepository: [backend.repository] }, 'ENVIRONMENT=test');
    }).toThrow('deploy it first (ENVIRONMENT=test npm run deploy -- foundation)');
  });

  test('images that were pushed from elsewhere are fetched before Terraform looks', async () => {
    const { run, calls } = programs();
    await pullPresent(run, 'registry.example', { present: [backend], missing: [], noRepository: [] });
    expect(calls.map(({ line }) => line)).toEqual([
      'docker pull --quiet registry.example/cloudpe-default-test/pe/backend:0123456789abcdef',
    ]);
  });

  test('the registry’s token goes in by standard input, is in no argument, and is forgotten even after a failure', async () => {
    const { ecr } = await fakeEcr('AWS:placeholder-token');
    const { run, calls } = programs();
    const work = signedIn(ecr, run, 'registry.example', async () => Promise.reject(new Error('the apply failed')));
    await expect(work).rejects.toThrow('the apply failed');
    expect(calls).toEqual([
      { line: 'docker login --username AWS --password-stdin registry.example', input: 'placeholder-token' },
      { line: 'docker logout registry.example', input: undefined },
    ]);
  });

  test('without Docker it says so and does not start', async () => {
    const { ecr } = await fakeEcr('AWS:placeholder-token');
    const { run } = programs({ 'docker login': { failed: true, code: 'ENOENT' } });
    await expect(signedIn(ecr, run, 'registry.example', async () => Promise.resolve())).rejects.toThrow(
      'docker login registry.example: the program is not installed\nthe images stack builds with Docker: start it',
    );
  });

  async function fakeEcr(token: string) {
    const { ECRClient } = await import('@aws-sdk/client-ecr');
    const ecr = new ECRClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    ecr.send = async () =>
      Promise.resolve({
        authorizationData: [{ authorizationToken: Buffer.from(token).toString('base64') }],
      });
    return { ecr };
  }
});

describe('a held lock', () => {
  // As `cdktf deploy` prints it, with its prefix.
  const lines = [
    'cloudpe-default-test-foundation  ╷',
    '                                 │ Error: Error acquiring the state lock',
    '                                 │ ',
    '                                 │ Error message: operation error S3: PutObject, https response error StatusCode: 412',
    '                                 │ Lock Info:',
    '                                 │   ID:        0d1e2f3a-0000-1111-2222-333344445555',
    '                                 │   Path:      cloudpe-state-111111111111/cloudpe/default/test/foundation.tfstate',
    '                                 │   Operation: OperationTypeApply',
    '                                 │   Who:       alice@laptop',
    '                                 │   Version:   1.11.4',
    '                                 │   Created:   2026-11-24 10:00:00.123456789 +0000 UTC',
    '                                 │   Info:      ',
    '                                 ╵',
  ];

  test('is told in two lines: what, by whom, since when, and what to do', () => {
    const lock = lockInFailure(lines);
    if (lock === undefined) throw new Error('no lock found');
    expect(lockText(lock, new Date('2026-11-24T10:05:00Z'))).toBe(
      'the state of foundation is locked: apply by alice@laptop, since 2026-11-24 10:00:00 UTC (5 min ago); nothing was changed\n' +
        '  wait until that ends and try again; if it died, release the lock in the folder of the stack: terraform force-unlock 0d1e2f3a-0000-1111-2222-333344445555',
    );
  });

  test('is the cause of a failed apply', () => {
    expect(causeOf(lines)).toMatch(/^the state of foundation is locked: apply by alice@laptop/);
  });

  test('any other failure keeps Terraform’s words', () => {
    expect(lockInFailure(['│ Error: creating VPC'])).toBeUndefined();
    expect(causeOf(['x  ╷', 'x  │ Error: creating VPC', 'x  │ ', 'x  │   with aws_vpc.x,', 'x  ╵'])).toBe(
      'Error: creating VPC\nwith aws_vpc.x,',
    );
  });
});

describe('the order of stacks', () => {
  const stack = (id: string, ...dependencies: string[]) => ({ id, folder: `/${id}`, dependencies });
  const [foundation, images, application] = [
    stack('foundation'),
    stack('images', 'foundation'),
    stack('application', 'foundation', 'images'),
  ];

  test('is cdktf’s own when nothing is left out', () => {
    expect(deployCalls([foundation, images, application])).toEqual([['foundation', 'images', 'application']]);
  });

  test('is kept by a call for each when one is left out, for then cdktf starts all at once', () => {
    const flag = '--ignore-missing-stack-dependencies';
    expect(deployCalls([foundation, application])).toEqual([
      ['foundation', flag],
      ['application', flag],
    ]);
    expect(deployCalls([application])).toEqual([['application', flag]]);
  });
});

describe('what cdktf prints', () => {
  test('becomes counts by stack', () => {
    const lines = [
      'cloudpe-default-test-foundation  Apply complete! Resources: 12 added, 3 changed, 1 destroyed.',
      'cloudpe-default-test-application  Apply complete! Resources: 0 added, 0 changed, 0 destroyed.',
      'anything else',
    ];
    expect([...countsOf(lines)]).toEqual([
      ['cloudpe-default-test-foundation', { added: 12, changed: 3, destroyed: 1 }],
      ['cloudpe-default-test-application', { added: 0, changed: 0, destroyed: 0 }],
    ]);
  });

  test('becomes short lines of progress', () => {
    expect(progressLine('x  aws_vpc.Network_Vpc (Network/Vpc): Creating...')).toBe('aws_vpc.Network_Vpc: creating');
    expect(progressLine('x  aws_vpc.Network_Vpc: Creation complete after 10s [id=vpc-1]')).toBe(
      'aws_vpc.Network_Vpc: creation complete',
    );
    expect(progressLine('x  datadog_monitor.Errors: Modifying... [id=1]')).toBe('datadog_monitor.Errors: modifying');
    expect(progressLine('x  Initializing the backend...')).toBeUndefined();
  });
});

describe('the way back', () => {
  const last: Release = {
    version: '1.4.2',
    commit: 'abcdef0123456789abcdef0123456789abcdef01',
    changed: false,
    images: {},
    at: '2026-11-20T09:30:00.000Z',
    by: 'alice',
  };

  test('names the release before and the command', () => {
    expect(rollbackText(last, { version: '1.4.3', commit: 'fff' }, 'ENVIRONMENT=test')).toBe(
      'Roll back to 1.4.2, deployed 2026-11-20 09:30 UTC by alice:\n' +
        '  git checkout abcdef012345 && ENVIRONMENT=test VERSION=1.4.2 npm run deploy',
    );
  });

  test('warns when the release before was not a commit', () => {
    expect(rollbackText({ ...last, changed: true }, { version: '2', commit: 'f' }, '')).toMatch(
      'by alice (it also had changes that are in no commit):',
    );
  });

  test('says when there is none', () => {
    expect(rollbackText(undefined, { version: '1', commit: 'f' }, '')).toMatch('the first deployment here');
    expect(rollbackText(last, last, '')).toMatch('the same version and commit');
  });
});
