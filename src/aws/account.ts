/** Where ARNs that are written before their resource exists belong. */
export interface Account {
  /** 12 digits. */
  readonly id: string;
  readonly region: string;
}
