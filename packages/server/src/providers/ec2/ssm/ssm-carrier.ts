import type { GetCommandInvocationResult } from '@aws-sdk/client-ssm';
import type { Clock } from '@errand/core';
import type { SsmCalls } from './ssm-calls.ts';

export interface SsmCarrierParts {
  readonly calls: Pick<SsmCalls, keyof SsmCalls>;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
  /** Does EC2 say that nothing runs on it any more? */
  readonly isGone: (machine: string) => Promise<boolean>;
}

export interface ScriptOrder {
  readonly machine: string;
  readonly script: string;
  readonly note: string;
  readonly signal: AbortSignal;
  readonly onDelivered?: () => void;
  /** Seconds after which it is not given to the machine any more. */
  readonly deliverS?: number;
}

export type ScriptEnd =
  | { readonly kind: 'said'; readonly output: AsyncIterable<Uint8Array> }
  | { readonly kind: 'gone' };

const DELIVER_S = 600;
/** Between two looks: soon at first, for most scripts are short; then as rarely as people looked by hand. */
const PAUSES_MS = [300, 500, 1_000, 1_000, 2_000, 3_000] as const;
const LAST_PAUSE_MS = 5_000;
const GONE_LOOK_MS = 10_000;
/** A command that was just sent does not show for some seconds. */
const UNSEEN_MS = 60_000;
/** GetCommandInvocation gives the first 24,000 characters; what has fewer by far is whole. */
const WHOLE_CHARACTERS = 23_000;
const OUTPUT_TRIES = 5;

/** What SSM says of a script that is over, as far as the machine had it. The words: docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
const OVER = new Set(['Success', 'Failed', 'ExecutionTimedOut', 'Cancelled']);
const ON_ITS_WAY = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** Has scripts executed on machines through SSM, and brings all that they write, through S3 where SSM cuts it off. */
export class SsmCarrier {
  readonly #parts: SsmCarrierParts;

  constructor(parts: SsmCarrierParts) {
    this.#parts = parts;
  }

  /** May be executed more than once; rejects with a sentence where nobody knows what became of it. */
  async carry(order: ScriptOrder): Promise<ScriptEnd> {
    const { calls, isGone } = this.#parts;
    const { machine, script, note, deliverS = DELIVER_S, signal } = order;
    signal.throwIfAborted();
    try {
      const command = await calls.send({ machine, script, note, deliverS });
      const cancel = (): void => void calls.cancel(command, machine).catch(() => undefined);
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return await this.#untilOver(command, order);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (await isGone(machine)) return { kind: 'gone' };
      throw unknownToSsm(error) ? new NotRegistered(machine, { cause: error }) : error;
    }
  }

  async #untilOver(command: string, { machine, signal, onDelivered }: ScriptOrder): Promise<ScriptEnd> {
    const { calls, clock, isGone } = this.#parts;
    const began = clock.steady();
    let goneLookAt = began + GONE_LOOK_MS;
    for (let looks = 0; ; looks += 1) {
      await clock.sleep(PAUSES_MS[looks] ?? LAST_PAUSE_MS, signal);
      signal.throwIfAborted();
      const seen = await calls.look(command, machine);
      const state = seen?.StatusDetails ?? seen?.Status ?? 'Pending';
      if (seen === null && clock.steady() - began > UNSEEN_MS)
        throw new Error(`SSM does not show ${command}`);
      if (seen !== null && OVER.has(state))
        return { kind: 'said', output: await this.#output(seen, command, machine) };
      if (!ON_ITS_WAY.has(state)) throw new Error(`SSM did not bring the script to ${machine}: ${state}`);
      if (state === 'InProgress') onDelivered?.();
      if (clock.steady() < goneLookAt) continue;
      if (await isGone(machine)) return { kind: 'gone' };
      goneLookAt = clock.steady() + GONE_LOOK_MS;
    }
  }

  async #output(
    { StandardOutputContent: said = '' }: GetCommandInvocationResult,
    command: string,
    machine: string,
  ): Promise<AsyncIterable<Uint8Array>> {
    const { calls, clock } = this.#parts;
    const key = calls.keyOf(command, machine);
    if (said.length < WHOLE_CHARACTERS) {
      void calls.removeOutput(key).catch(() => undefined);
      return of(Buffer.from(said));
    }
    for (let tries = 1; ; tries += 1) {
      try {
        return this.#thenRemoved(await calls.output(key), key);
      } catch (error) {
        if (tries === OUTPUT_TRIES) throw new NoOutput(calls.place, error);
        await clock.sleep(500 * tries);
      }
    }
  }

  /** It lies there in clear, so no longer than needed. */
  async *#thenRemoved(output: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array> {
    yield* output;
    await this.#parts.calls.removeOutput(key).catch(() => undefined);
  }
}

/** SSM does not know the machine, or not that it is there. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';

  constructor(machine: string, options: ErrorOptions) {
    super(
      `SSM does not know ${machine} yet: its agent starts, or its role lacks AmazonSSMManagedInstanceCore`,
      options,
    );
  }
}

/** The agent of SSM writes to S3 as the role of its machine, and tells nobody when it may not. */
export class NoOutput extends Error {
  override readonly name = 'NoOutput';

  constructor(place: string, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(
      `what the machine wrote is not at ${place} (${said}); its role needs s3:PutObject there, and this control plane s3:GetObject`,
      { cause },
    );
  }
}

function unknownToSsm(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidInstanceId';
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
