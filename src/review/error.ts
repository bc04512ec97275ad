/** What a person can mend: the message says which input, which rule and what was received, never a value. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}
