const [BEGIN, END] = ['<!-- differences -->\n', '<!-- /differences -->'];

/** `readme` with `table` in the place that its marks keep. */
export function withTable(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`README.md must have the marks ${BEGIN.trim()} and ${END}, in this order`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${table}\n\n${readme.slice(end)}`;
}
