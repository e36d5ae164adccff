import { describe, expect, it } from 'vitest';
import { KeeperRefusal } from './keeper/client.ts';
import { KeeperLine } from './keeper-line.ts';
import { KeptAttempt } from './kept-attempt.ts';
import type {
  Keeper,
  KeeperEvent,
  KeptRun,
  KillOrder,
  SpoolEnd,
  StartAnswer,
  StartRequest,
} from './ports.ts';

const ID = 'run_1.1';
const REQUEST: StartRequest = { id: ID, prefix: '/nowhere', argv: ['true'] };
const STARTED: StartAnswer = { kind: 'started', pid: 7, time: 5 };
const RUNS: KeptRun = { id: ID, state: 'running', size: 0, end: undefined, acceptedInput: 0 };
const KILL: KillOrder = { signal: 15, graceMs: 9, cause: 'canceled' };
const END: SpoolEnd = {
  how: { kind: 'exited', code: 0 },
  cause: undefined,
  bytes: 0,
  dropped: 0,
  why: 'none',
  left: 0,
  oom: false,
  endedAt: 6,
  startedAt: 5,
};

/** One connection to a keeper, of which a test says what it answers. */
class Connection implements Keeper {
  readonly starts: StartRequest[] = [];
  readonly kills: KillOrder[] = [];
  readonly #gone = Promise.withResolvers<void>();
  readonly closed = this.#gone.promise;
  knows: readonly KeptRun[] = [];
  tell: (event: KeeperEvent) => void = () => {};
  onStart: () => Promise<StartAnswer> = () => Promise.resolve(STARTED);

  start(request: StartRequest): Promise<StartAnswer> {
    this.starts.push(request);
    return this.onStart();
  }
  kill(_id: string, order: KillOrder): void {
    this.kills.push(order);
  }
  list(): Promise<KeptRun[]> {
    return Promise.resolve([...this.knows]);
  }
  onEvent(listener: (event: KeeperEvent) => void): () => void {
    this.tell = listener;
    return () => {};
  }
  async close(): Promise<void> {
    this.#gone.resolve();
  }
  input(): void {}
  endInput(): void {}
  resize(): void {}
  forget(): void {}
}

/** An attempt at a keeper to which the connections are these, one after the other; then it is dead. */
class World {
  readonly connections: Connection[];
  readonly sizes: number[] = [];
  readonly stop = new AbortController();
  slots: { executedAt: number | undefined; end: SpoolEnd | undefined } = {
    executedAt: undefined,
    end: undefined,
  };
  made = 0;
  readonly kept: KeptAttempt;

  constructor(connections: number) {
    this.connections = Array.from({ length: connections }, () => new Connection());
    const next = (): Promise<Keeper | null> => Promise.resolve(this.connections[this.made++] ?? null);
    const open = (): Promise<Keeper> => Promise.reject(new Error('no keeper can be started'));
    const line = new KeeperLine({ own: 's', connect: next, open, endOrphans: async () => 0 }, 's');
    this.kept = new KeptAttempt({
      id: ID,
      line,
      slots: () => this.slots,
      waiting: {
        clock: { now: () => 0, sleep: () => new Promise((resolve) => void setImmediate(resolve)) },
        log: { info: () => {}, warn: () => {} },
        random: () => 0,
        signal: this.stop.signal,
      },
      onStarted: () => {},
      onGrew: (size) => this.sizes.push(size),
      onKeeper: () => {},
    });
  }

  connection(index: number): Connection {
    const connection = this.connections[index];
    if (connection === undefined) throw new Error(`there is no connection ${index}`);
    return connection;
  }

  async reached(index: number): Promise<Connection> {
    await expect.poll(() => this.made, { interval: 1 }).toBeGreaterThan(index);
    return this.connection(index);
  }
}

const permitted = () => Promise.resolve(true);

describe('an attempt at its keeper', () => {
  it('is started once where the keeper had begun it when the connection broke', async () => {
    const world = new World(2);
    world.connection(0).onStart = async () => {
      world.slots = { executedAt: 5, end: undefined };
      await world.connection(0).close();
      throw new Error('the connection broke');
    };
    world.connection(1).knows = [{ ...RUNS, size: 3 }];
    const outcome = world.kept.execute(REQUEST, permitted);
    const again = await world.reached(1);
    await expect.poll(() => world.sizes, { interval: 1 }).toEqual([3]);
    again.tell({ kind: 'ended', id: ID, end: END });
    expect(await outcome).toEqual({ kind: 'ended', end: END });
    expect(again.starts).toEqual([]);
  });

  it('is started again where the keeper died before it had begun it, but only with a permission that is good', async () => {
    for (const good of [true, false]) {
      const world = new World(2);
      let asked = 0;
      world.connection(0).onStart = async () => {
        await world.connection(0).close();
        throw new Error('the connection broke');
      };
      world.connection(1).onStart = () => Promise.resolve({ kind: 'ended', end: END });
      const outcome = await world.kept.execute(REQUEST, async () => ++asked === 1 || good);
      expect(outcome.kind).toBe(good ? 'ended' : 'not_executed');
      expect(world.connection(1).starts).toHaveLength(good ? 1 : 0);
    }
  });

  it('is followed where an order of before has reached the keeper although the permission is gone', async () => {
    const world = new World(2);
    world.connection(0).onStart = async () => {
      await world.connection(0).close();
      throw new Error('the connection broke');
    };
    world.connection(1).knows = [{ ...RUNS, state: 'ended', end: END }];
    let asked = 0;
    const outcome = await world.kept.execute(REQUEST, async () => {
      if (++asked === 1) return true;
      world.slots = { executedAt: 5, end: undefined };
      return false;
    });
    expect(outcome).toEqual({ kind: 'ended', end: END });
    expect(world.connection(1).starts).toEqual([]);
  });

  it('is followed over the next connection where the one that began it broke at once', async () => {
    const world = new World(2);
    world.connection(0).onStart = async () => {
      await world.connection(0).close();
      return STARTED;
    };
    world.connection(1).knows = [{ ...RUNS, state: 'ended', end: END }];
    expect((await world.kept.execute(REQUEST, permitted)).kind).toBe('ended');
  });

  it('is refused where the keeper refuses it, and not asked for again', async () => {
    const world = new World(1);
    world.connection(0).onStart = () => Promise.reject(new KeeperRefusal('the request has no program'));
    const why = 'the request has no program';
    expect(await world.kept.execute(REQUEST, permitted)).toEqual({ kind: 'refused', why });
    expect(world.connection(0).starts).toHaveLength(1);
  });

  it('is told to end again over each new connection', async () => {
    const world = new World(2);
    world.connection(0).knows = [RUNS];
    world.connection(1).knows = [RUNS];
    const outcome = world.kept.follow();
    const first = await world.reached(0);
    world.kept.kill(KILL);
    await first.close();
    const second = await world.reached(1);
    await expect.poll(() => second.kills, { interval: 1 }).toEqual([KILL]);
    second.tell({ kind: 'ended', id: ID, end: END });
    expect((await outcome).kind).toBe('ended');
  });

  it.each([
    ['has ended as it was written down', { executedAt: 5, end: END }, 'ended'],
    ['was not executed where nothing was', { executedAt: undefined, end: undefined }, 'not_executed'],
    ['is lost where only its beginning was', { executedAt: 5, end: undefined }, 'lost'],
  ])('whose keeper died %s', async (_, slots, kind) => {
    const world = new World(0);
    world.slots = slots;
    expect((await world.kept.follow()).kind).toBe(kind);
  });
});
