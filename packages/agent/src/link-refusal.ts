/** The control plane understood a call and refused it for good: asking again unchanged is of no use. */
export class LinkRefusal extends Error {
  override readonly name = 'LinkRefusal';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** Another program with this identity is there now. */
  get isInUse(): boolean {
    return this.details['inUse'] === true;
  }

  /** Whoever is known and only too old, or revoked, may still bring what it holds to an end. */
  get letsFinish(): boolean {
    return this.details['protocol'] !== undefined || this.code === 'forbidden';
  }
}
