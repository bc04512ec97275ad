import { readFile } from 'node:fs/promises';
import { lastWords, type Reporter, type Run } from './run';

export interface AptProps {
  readonly run: Run;
  readonly report: Reporter;
  /** Content of /etc/os-release; undefined where there is none. */
  readonly osRelease?: string | undefined;
  /** Undefined where users have no number (Windows). */
  readonly uid?: number | undefined;
}

/** Debian's package tool, where this process may use it: on Debian, Ubuntu and their kin, as root. */
export class Apt {
  /** `debian` or `ubuntu` (also for what derives from them); undefined elsewhere. */
  readonly distribution: 'debian' | 'ubuntu' | undefined;
  /** Why packages cannot be installed by us; undefined when they can. */
  readonly obstacle: string | undefined;
  private updated: Promise<string | undefined> | undefined;

  constructor(private readonly props: AptProps) {
    this.distribution = distributionOf(props.osRelease ?? '');
    if (this.distribution === undefined) this.obstacle = 'this is neither Debian nor Ubuntu';
    else if (props.uid !== 0) this.obstacle = 'only root can install packages';
  }

  /**
   * Installs what is missing of `packages`, after saying so, without questions.
   * @throws with apt's own words when it fails.
   */
  async install(packages: readonly string[], purpose: string): Promise<void> {
    if (this.obstacle !== undefined) throw new Error(`cannot install ${packages.join(', ')}: ${this.obstacle}`);
    const missing = await this.missing(packages);
    if (missing.length === 0) return;
    this.props.report(`Installing ${missing.join(', ')} from the distribution's packages, ${purpose} …`);
    this.updated ??= this.update();
    // A source that does not answer is no obstacle as long as another one has the packages.
    const updateProblem = await this.updated;
    // Nothing of the user's is removed to make room: then it fails instead.
    const result = await this.apt('install', '--yes', '--no-install-recommends', '--no-remove', ...missing);
    if (!result.failed) return;
    const also = updateProblem === undefined ? '' : `\napt-get update had failed too: ${updateProblem}`;
    throw new Error(`apt-get install ${missing.join(' ')} failed: ${lastWords(result)}${also}`);
  }

  private async missing(packages: readonly string[]): Promise<string[]> {
    const { stdout } = await this.props.run('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...packages]); // eslint-disable-line no-template-curly-in-string -- dpkg's own syntax
    const installed = new Set(
      stdout
        .split('\n')
        .filter((line) => line.endsWith(' installed'))
        .map((line) => line.split(' ')[0]),
    );
    return packages.filter((name) => !installed.has(name));
  }

  private async update(): Promise<string | undefined> {
    const result = await this.apt('update');
    return result.failed ? lastWords(result) : undefined;
  }

  private apt(...args: string[]) {
    const options = ['-q', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0'];
    return this.props.run('apt-get', [...options, ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      timeout: 15 * 60_000,
    });
  }
}

/** The package tool of this machine; make one and hand it on, so that the lists are fetched once. */
export async function hostApt(run: Run, report: Reporter): Promise<Apt> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => undefined);
  return new Apt({ run, report, osRelease, uid: process.getuid?.() });
}

function distributionOf(osRelease: string): 'debian' | 'ubuntu' | undefined {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const names = [field('ID'), ...field('ID_LIKE').split(' ')];
  // Ubuntu's kin name both; Ubuntu differs where it ships a snap instead of a package.
  if (names.includes('ubuntu')) return 'ubuntu';
  return names.includes('debian') ? 'debian' : undefined;
}
