import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRunFile,
  type IndexRecord,
  KeeperClient,
  type KeeperEvent,
  launchKeeper,
  readIndex,
  readRunFile,
  type SpoolEnd,
  type StartRequest,
} from '@errand/agent/keeper';
import { signalIfAlive } from '../../../scripts/signal-if-alive.ts';

/** A way to run the keeper: another build, another user. */
export interface Variant {
  binary: string;
  wrapper?: readonly string[];
  uid?: number;
  env?: NodeJS.ProcessEnv;
  stdin?: number;
}

/** How a command ended and what it wrote. */
export interface Outcome {
  end: SpoolEnd;
  log: Buffer;
  records: IndexRecord[];
  stdout: string;
  stderr: string;
  prefix: string;
}

type Request = Partial<StartRequest> & { argv: StartRequest['argv'] };

/** A keeper of the test's own in a folder of its own. */
export class Kept implements AsyncDisposable {
  readonly folder: string;
  readonly socket: string;
  readonly variant: Variant;
  readonly events: KeeperEvent[] = [];
  client!: KeeperClient;
  pid = 0;
  #count = 0;
  #ids = 0;

  constructor(variant: Variant) {
    this.variant = variant;
    this.folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kept-'));
    if (variant.uid !== undefined) chownSync(this.folder, variant.uid, variant.uid);
    chmodSync(this.folder, 0o755);
    this.socket = join(this.folder, 's');
  }

  static async start(variant: Variant): Promise<Kept> {
    const kept = new Kept(variant);
    await kept.launch();
    return kept;
  }

  async launch(): Promise<void> {
    const { binary, wrapper, env, stdin } = this.variant;
    const launched = await launchKeeper({
      binary,
      socket: this.socket,
      cwd: '/',
      timeoutMs: 60_000,
      ...(wrapper === undefined ? {} : { wrapper }),
      ...(env === undefined ? {} : { env }),
      ...(stdin === undefined ? {} : { stdin }),
    });
    if (launched === 'already') throw new Error('another keeper is alive on a new socket');
    this.pid = launched.pid;
    this.client = await KeeperClient.connect(this.socket);
    this.client.onEvent((event) => this.events.push(event));
  }

  /** A new attempt's prefix, with its `.run`. */
  attempt(folder = this.folder): string {
    this.#count += 1;
    const prefix = join(folder, `a${this.#count}`);
    createRunFile(prefix, 'test');
    if (this.variant.uid !== undefined) chownSync(`${prefix}.run`, this.variant.uid, this.variant.uid);
    return prefix;
  }

  /** Starts a command; the answer's `outcome` resolves at its end. */
  async start(request: Request): Promise<{ id: string; prefix: string; outcome: Promise<Outcome> }> {
    const prefix = request.prefix ?? this.attempt();
    this.#ids += 1;
    const id = request.id ?? `t${this.#ids}`;
    const ended = this.ended(id);
    await this.client.start({ graceMs: 500, env: ['PATH=/usr/bin:/bin'], ...request, id, prefix });
    const outcome = ended.then(() => outcomeOf(prefix));
    // Whoever does not ask for it may have put the files away by then.
    outcome.catch(() => undefined);
    return { id, prefix, outcome };
  }

  /** Runs a command to its end. */
  async run(request: Request): Promise<Outcome> {
    return (await this.start(request)).outcome;
  }

  sh(script: string, request: Partial<StartRequest> = {}): Promise<Outcome> {
    return this.run({ ...request, argv: ['/bin/sh', '-c', script] });
  }

  ended(id: string): Promise<void> {
    return this.until((event) => event.kind === 'ended' && event.id === id).then(() => undefined);
  }

  /** The next event that fits. */
  until(fits: (event: KeeperEvent) => boolean): Promise<KeeperEvent> {
    return new Promise((resolve, reject) => {
      const off = this.client.onEvent((event) => {
        if (!fits(event)) return;
        off();
        resolve(event);
      });
      void this.client.closed.then(() => reject(new Error('the keeper closed the connection')));
    });
  }

  /** Waits until the log holds what is looked for. */
  async untilLog(prefix: string, text: string): Promise<void> {
    await untilTrue(() => existsSync(`${prefix}.log`) && readFileSync(`${prefix}.log`).includes(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isAlive(this.pid)) signalIfAlive(this.pid, 'SIGTERM');
    await untilTrue(() => !isAlive(this.pid));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Reads an attempt's files. */
export function outcomeOf(prefix: string): Outcome {
  const { end } = readRunFile(prefix);
  if (end === undefined) throw new Error('no end was recorded');
  const log = existsSync(`${prefix}.log`) ? readFileSync(`${prefix}.log`) : Buffer.alloc(0);
  const records = readIndex(prefix);
  const of = (wanted: string): string => {
    let from = 0;
    const parts = records.map((record) => {
      const part = record.stream === wanted ? log.subarray(from, record.end) : Buffer.alloc(0);
      from = record.end;
      return part;
    });
    return Buffer.concat(parts).toString();
  };
  return { end, log, records, stdout: of('stdout'), stderr: of('stderr'), prefix };
}

/** Polls until something holds; for what cannot be waited for. The test's own time limit ends it. */
export async function untilTrue(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function isAlive(pid: number): boolean {
  const stat = procFile(pid, 'stat');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Living processes whose command line holds a text. */
export function alive(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) => pid > 0 && pid !== process.pid && isAlive(pid) && procFile(pid, 'cmdline').includes(text),
    );
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

let naps = 0;

/** A duration for `sleep` that no other process uses, by which a test's processes are told from others. */
export function nap(): string {
  naps += 1;
  return `1000.${process.pid}${String(naps).padStart(4, '0')}`;
}
