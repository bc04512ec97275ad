import type { Cost } from './cost';
import { plural } from './plural';
import { some, type Item, type Line, type Section } from './section';

/** What the fixed parts cost a month, before and after. */
export function costSection(cost: Cost): Section {
  return {
    title: 'Monthly cost',
    folded: false,
    brief: cost.total === undefined || Math.abs(cost.total.after - cost.total.before) < 0.005,
    items: costItems(cost),
  };
}

function costItems(cost: Cost): Item[] {
  const { total } = cost;
  const notes: Line[] = [
    ...cost.lines
      .slice(0, 12)
      .map(({ address, what, before, after }) => ({ label: address, text: `${what}: ${signed(after - before)}` })),
    ...(cost.lines.length > 12 ? [{ label: 'and', text: plural(cost.lines.length - 12, 'smaller line') }] : []),
    ...(cost.byUse.length === 0 ? [] : [{ label: 'billed by use, not counted', text: cost.byUse.join('; ') }]),
    ...(cost.unpriced.length === 0 ? [] : [{ label: 'price not known, not counted', text: some(cost.unpriced, 12) }]),
    {
      label: 'prices',
      text: `${priceListText(cost.priceList)}${cost.otherRegion === undefined ? '' : `; the plan is for ${cost.otherRegion}, where they differ`}`,
    },
  ];
  if (total === undefined) {
    return cost.unpriced.length + cost.byUse.length === 0
      ? []
      : [{ mark: 'note', head: 'nothing here has a fixed price in the table', lines: notes }];
  }
  const difference = total.after - total.before;
  const head =
    Math.abs(difference) < 0.005
      ? `no change: fixed parts stay at ${dollars(total.after)}`
      : `${signed(difference)}: fixed parts go from ${dollars(total.before)} to ${dollars(total.after)}`;
  return [{ mark: 'note', head, lines: notes }];
}

function priceListText({ region, asOf, sources }: Cost['priceList']): string {
  const list = `on-demand list prices of ${region}`;
  if (sources.length === 0) return list;
  const dates = new Map<string, string[]>();
  for (const { page, dated } of sources)
    dates.set(page, [...(dates.get(page) ?? []), ...(dated === undefined ? [] : [dated])]);
  const pages = [...dates].map(([page, days]) => [page, ...[...new Set(days)].sort()].join(', '));
  return `${list}, as on ${asOf} in ${pages.join('; ')}`;
}

function signed(amount: number): string {
  return `${amount < 0 ? '−' : '+'}${dollars(Math.abs(amount))}`;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
