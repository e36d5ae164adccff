export interface Limit {
  readonly bucket: number;
  readonly perSecond: number;
}

/** How AWS throttles calls (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html): each takes a token of a bucket that fills up by itself. */
export class TokenBucket {
  readonly #limit: Limit;
  #tokens: number;
  #at = performance.now();

  constructor(bucket: number, perSecond: number) {
    this.#limit = { bucket, perSecond };
    this.#tokens = bucket;
  }

  /** May a call pass? */
  take(): boolean {
    const now = performance.now();
    const filled = this.#tokens + ((now - this.#at) / 1_000) * this.#limit.perSecond;
    this.#tokens = Math.min(this.#limit.bucket, filled);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
