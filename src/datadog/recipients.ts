/** Who hears of what: `page` wakes somebody, `ticket` waits for the morning. */
export interface Recipients {
  readonly page: readonly string[];
  readonly ticket: readonly string[];
}

export function recipientProblems(field: string, recipients: Recipients): string[] {
  return (['page', 'ticket'] as const).flatMap((level) => [
    ...(recipients[level].length > 0 ? [] : [`${field}.${level} must name at least one recipient, got []`]),
    ...recipients[level].flatMap((recipient, index) =>
      /^@\S+$/.test(recipient)
        ? []
        : [`${field}.${level}[${index}] must start with @ and hold no blank, got ${JSON.stringify(recipient)}`],
    ),
  ]);
}
