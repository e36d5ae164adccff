/** The control plane understood a call and refused it for good: asking again unchanged is of no use. */
export class LinkRefusal extends Error {
  override readonly name = 'LinkRefusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
