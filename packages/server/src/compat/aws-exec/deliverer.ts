import {
  type Clock,
  type DeliveryProgress,
  type DeliveryRecord,
  type DeliveryStore,
  type LogStore,
  NOTHING_DELIVERED,
  type Notifier,
  planDelivery,
  type RunStore,
} from '@errand/core';
import type { Sealer } from '../../secrets.ts';
import { Bell } from '../../use-cases/bell.ts';
import { topics } from '../../use-cases/topics.ts';
import type { PushUrls } from './exec-request.ts';
import { type OldLog, oldLogOf } from './old-log.ts';

/** A log is looked at this often, as the old system did. */
const LOOK_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Callers were told that their addresses should stay good for 20 minutes. */
const GIVE_UP_MS = 20 * 60_000;

export interface DelivererParts {
  readonly deliveries: DeliveryStore;
  readonly runs: Pick<RunStore, 'get'>;
  readonly logs: Pick<LogStore, 'size' | 'read'>;
  readonly notifier: Pick<Notifier, 'subscribe'>;
  readonly clock: Clock;
  readonly sealer: Sealer;
  /** Resolves with the HTTP status; rejects where nothing answers. */
  readonly put: (url: string, body: Uint8Array) => Promise<number>;
  readonly warn: (message: string, about: Readonly<Record<string, unknown>>) => void;
}

/** Brings log, exit status and size of runs to the addresses of their callers; goes on after a restart where it was. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #stop = new AbortController();
  readonly #under = new Set<Promise<void>>();

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier process left. */
  async start(): Promise<void> {
    for (const delivery of await this.#parts.deliveries.open()) this.#begin(delivery);
  }

  /** Resolves once the wish is durable. */
  async add(runId: string, targets: PushUrls): Promise<void> {
    const delivery: DeliveryRecord = {
      runId,
      sealedTargets: this.#parts.sealer.seal(JSON.stringify(targets)),
      createdAt: this.#parts.clock.now(),
      progress: NOTHING_DELIVERED,
    };
    await this.#parts.deliveries.insert(delivery);
    this.#begin(delivery);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#under);
  }

  #begin(delivery: DeliveryRecord): void {
    const life = this.#deliver(delivery)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted)
          this.#parts.warn('a delivery stopped; it goes on after a restart', {
            run: delivery.runId,
            error: String(error),
          });
      })
      .finally(() => this.#under.delete(life));
    this.#under.add(life);
  }

  async #deliver(delivery: DeliveryRecord): Promise<void> {
    const { sealer, clock, notifier } = this.#parts;
    const { signal } = this.#stop;
    const targets = JSON.parse(sealer.unseal(delivery.sealedTargets)) as PushUrls;
    const bell = new Bell();
    const unsubscribe = notifier.subscribe(topics.runEnd(delivery.runId), bell.ring);
    signal.addEventListener('abort', bell.ring);
    let present = delivery;
    try {
      for (let failures = 0; !signal.aborted; ) {
        const moved = await this.#move(present, { targets, failures }).catch((error: unknown) =>
          this.#failed(delivery, error),
        );
        if (moved === 'over') return;
        if (moved === 'wait') await bell.wait(clock, LOOK_MS);
        else if (moved === 'failed') {
          failures += 1;
          await bell.wait(clock, Math.min(LONGEST_PAUSE_MS, LOOK_MS * 2 ** failures));
        } else {
          failures = 0;
          present = moved;
        }
      }
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', bell.ring);
    }
  }

  /** What cannot be read or written down now may be a little later. */
  #failed({ runId }: DeliveryRecord, error: unknown): 'failed' {
    if (!this.#stop.signal.aborted)
      this.#parts.warn('a delivery failed; it is tried again', { run: runId, error: String(error) });
    return 'failed';
  }

  /** Brings the next part; answers the delivery as it is then. */
  async #move(
    delivery: DeliveryRecord,
    { targets, failures }: { readonly targets: PushUrls; readonly failures: number },
  ): Promise<DeliveryRecord | 'over' | 'wait' | 'failed'> {
    const { runs, logs, deliveries, clock } = this.#parts;
    const { runId, progress } = delivery;
    const run = await runs.get(runId);
    const late = run !== null && run.end !== null && clock.now() - run.end.at > GIVE_UP_MS;
    if (late && failures > 0) this.#parts.warn('a delivery was given up', { run: runId, failures });
    if (run === null || (late && failures > 0)) return await this.#forget(runId);
    const log = await oldLogOf(logs, run);
    const step = planDelivery(progress, { bytes: log.size, ended: log.exit !== null });
    if (step === 'wait') return 'wait';
    if (!(await this.#arrives(targets[step], await bodyOf(step, log)))) return 'failed';
    if (step === 'size') return await this.#forget(runId);
    const moved = { ...delivery, progress: further(progress, step, log.size) };
    await deliveries.save(moved);
    return moved;
  }

  async #forget(runId: string): Promise<'over'> {
    await this.#parts.deliveries.remove(runId);
    return 'over';
  }

  async #arrives(url: string, body: Uint8Array): Promise<boolean> {
    try {
      const status = await this.#parts.put(url, body);
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  }
}

function further(progress: DeliveryProgress, step: 'log' | 'exit', size: number): DeliveryProgress {
  if (step === 'exit') return { ...progress, exitSent: true };
  return { ...progress, lastBytes: size, sentBytes: progress.sentBytes + size };
}

async function bodyOf(step: 'log' | 'exit' | 'size', log: OldLog): Promise<Uint8Array> {
  if (step === 'exit') return Buffer.from(String(log.exit));
  if (step === 'size') return Buffer.from(String(log.size));
  const chunks: Uint8Array[] = [];
  for await (const chunk of log.read(0, log.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
