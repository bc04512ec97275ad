import type { Finding } from './judge';
import type { Loss } from './loss';
import { plural } from './plural';

/** How much of what the plans do. */
export type Counts = Readonly<
  Record<'created' | 'updated' | 'replaced' | 'destroyed' | 'released' | 'forgotten' | 'moved' | 'imported', number>
>;

export interface Verdict {
  readonly level: 'nothing' | 'safe' | 'person';
  readonly sentence: string;
}

/** The first sentence of every report. */
export function verdictOf(found: {
  counts: Counts;
  findings: readonly Finding[];
  losses: readonly Loss[];
  outputs: number;
  drift: number;
}): Verdict {
  const { counts } = found;
  const open = found.findings.filter(({ severity, accepted }) => severity !== 'note' && accepted === undefined);
  const accepted = found.findings.filter(
    (finding) => finding.severity !== 'note' && finding.accepted !== undefined,
  ).length;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const tail = accepted === 0 ? '' : `; ${plural(accepted, 'finding')} accepted`;
  if (open.length > 0) return { level: 'person', sentence: `${personSentence(open, found)}${tail}.` };
  if (total + found.outputs === 0) {
    const drifted = found.drift === 0 ? '' : `, though ${plural(found.drift, 'resource')} changed outside Terraform`;
    return { level: 'nothing', sentence: `Nothing to do: what stands is what the code says${drifted}.` };
  }
  return {
    level: 'safe',
    sentence: `Safe: ${countsText(counts, found.outputs)}, nothing is lost and no policy objects${tail}.`,
  };
}

function personSentence(
  open: readonly Finding[],
  { losses, counts, outputs }: { losses: readonly Loss[]; counts: Counts; outputs: number },
): string {
  const [first] = open;
  const failed = open.find(({ fact }) => fact === 'plan-failed');
  if (failed !== undefined) return `No verdict: Terraform failed while planning ${failed.stack}`;
  const forbidden = open.filter(({ severity }) => severity === 'stop').length;
  const lost = losses.find(
    ({ address, data }) =>
      data !== undefined && open.some((finding) => finding.address === address && finding.fact === 'data-lost'),
  );
  const head = forbidden > 0 ? 'Stop' : 'Needs a person';
  const where = first === undefined ? '' : `${cut(first.message)} (${first.address})`;
  const main =
    lost === undefined ? where : `the ${lost.noun} ${lost.label} is ${lost.how} and ${lost.data ?? ''} is lost`;
  const others = open.length - 1;
  const rest = others > 0 ? `, and ${plural(others, 'more thing')} to decide` : '';
  const size = countsText(counts, outputs);
  return `${head}: ${main}${rest}${size === '' ? '' : ` — ${size}`}`;
}

function countsText(counts: Counts, outputs = 0): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  if (outputs > 0) parts.push(plural(outputs, 'output'));
  return parts.join(', ');
}

function cut(message: string): string {
  return message.length > 200 ? `${message.slice(0, 199)}…` : message;
}
