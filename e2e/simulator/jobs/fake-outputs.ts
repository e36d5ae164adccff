import { type Clock, type OutputPlace, type OutputSight, outputText, ProviderError } from '@errand/core';

/** Where outputs lie in a simulated world: a shelf with the time of each thing on it. */
export class FakeOutputs implements OutputPlace {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #things = new Map<string, OutputSight>();
  readonly #writes = new Map<string, number[]>();
  /** It answers nobody before. */
  outUntil = 0;
  /** Documents that were put beside outputs. */
  readonly documents = new Map<string, string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Writes it, as a command does. */
  write(text: string): void {
    this.#things.set(text, { modifiedAt: this.#clock.now(), bytes: 10, tag: null });
    this.#writes.set(text, [...this.writtenAt(text), this.#clock.now()]);
  }

  /** When it was written, ever. */
  writtenAt(text: string): readonly number[] {
    return this.#writes.get(text) ?? [];
  }

  look: OutputPlace['look'] = async (target) => {
    this.#checkUp();
    return this.#things.get(outputText({ target })) ?? null;
  };

  checksum: OutputPlace['checksum'] = async () => {
    this.#checkUp();
    return 'aa';
  };

  putBeside: OutputPlace['putBeside'] = async (_, { name, text }) => {
    this.#checkUp();
    this.documents.set(name, text);
    return name;
  };

  #checkUp(): void {
    if (this.#clock.now() < this.outUntil) throw new ProviderError('transient', 'S3 does not answer');
  }
}
