import { execaSync } from 'execa';
import { cpus, loadavg, totalmem } from 'node:os';

/** What one run of a command took. */
export interface Measured {
  readonly seconds: number;

  /** Processor time of all its processes, in user and system mode. */
  readonly cpuSeconds: number;

  /** Peak resident memory of its largest process, in MiB. */
  readonly largestMiB: number;

  /** Peak of the sum over all its processes, sampled; memory that they share counts twice. */
  readonly treeMiB: number;
}

export interface MeasureProps {
  readonly cwd: string;

  /** Variables on top of the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Node cannot ask what its children took; Python's standard library can. As the subreaper it also waits for processes
 * that the command leaves behind, such as esbuild's, so that none is missed. One run ends after 10 minutes at the latest.
 */
const PROBE = `
import ctypes, json, os, resource, signal, subprocess, sys, tempfile, threading, time
if sys.platform == 'linux':
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
signal.alarm(600)
page = os.sysconf('SC_PAGE_SIZE')
peak = 0
done = threading.Event()

def read(path):
    try:
        with open(path) as file:
            return file.read().split()
    except OSError:
        return []

def tree(pid):
    size = int((read(f'/proc/{pid}/statm') or [0, 0])[1]) * page
    return size + sum(tree(child) for child in read(f'/proc/{pid}/task/{pid}/children'))

def watch(pid):
    global peak
    while not done.wait(0.02):
        peak = max(peak, tree(pid))

errors = tempfile.TemporaryFile()
start = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
watcher = threading.Thread(target=watch, args=[child.pid], daemon=True)
watcher.start()
status = child.wait()
seconds = time.monotonic() - start
done.set()
watcher.join()
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if status != 0:
    errors.seek(0)
    sys.stderr.write(errors.read().decode())
    sys.exit(1)
unit = 1 if sys.platform == 'darwin' else 1024
print(json.dumps({
    'seconds': seconds,
    'cpuSeconds': used.ru_utime + used.ru_stime,
    'largestMiB': used.ru_maxrss * unit / 2**20,
    'treeMiB': peak / 2**20,
}))
`;

/**
 * Runs a command once.
 *
 * @throws Error with what it wrote to stderr, when it fails
 */
export function measure(command: readonly string[], { cwd, env = {} }: MeasureProps): Measured {
  const { stdout } = execaSync('python3', ['-c', PROBE, ...command], { cwd, env });
  return JSON.parse(stdout) as Measured;
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The machine and how busy it is, in one line. */
export function machine(): string {
  const { model = 'unknown' } = cpus()[0] ?? {};
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${model}, ${gibibytes} GiB, Node ${process.versions.node}, load average ${loadNow()}`;
}

/** Processes that want to run, as a mean of the last minute. */
export function loadNow(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1);
}
