/** What every format says, in the order in which a reviewer needs it; formats only differ in how they write it. */
export interface Section {
  readonly title: string;
  /** Folded sections are details: nothing in them needs a decision. */
  readonly folded: boolean;
  /** Heads are enough where space is dear. */
  readonly brief?: boolean;
  readonly items: readonly Item[];
}

export interface Item {
  readonly mark: Tone;
  readonly head: string;
  readonly address?: string;
  readonly lines: readonly Line[];
}
export type Tone = 'stop' | 'ask' | 'note' | 'ok';
export interface Line {
  readonly label: string;
  readonly text: string;
}

/** The first of many, and how many more there are. */
export function some(items: readonly string[], limit: number): string {
  return items.length <= limit
    ? items.join(', ')
    : `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
}
