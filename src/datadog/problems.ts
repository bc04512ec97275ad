/** Throws one error that lists every problem, one a line; says nothing when there is none. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

export function percentProblems(field: string, value: number): string[] {
  return value > 0 && value < 100 ? [] : [`${field} must be greater than 0 and less than 100, got ${value}`];
}

export function positiveProblems(field: string, value: number): string[] {
  return Number.isFinite(value) && value > 0 ? [] : [`${field} must be greater than 0, got ${value}`];
}
