import type { AppendAnswer, AppendPiece, AppendRequest } from '@errand/contract';
import { fakeClock } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LogHash } from './log-hash.ts';
import { LogRecords } from './log-records.ts';
import { LogSender } from './log-sender.ts';
import type { IndexRecord, LogFile } from './ports.ts';

/** A log in memory, and a control plane that answers as it is told. */
class World {
  bytes = Buffer.alloc(0);
  readonly records: IndexRecord[] = [];
  readonly calls: AppendRequest[] = [];
  readonly clock = fakeClock();
  stored = 0;
  answer = ({ pieces }: AppendRequest): AppendAnswer => {
    for (const { offset, bytes } of pieces)
      if (offset <= this.stored) this.stored = Math.max(this.stored, offset + bytes.length);
    return { kind: 'size', size: this.stored };
  };
  readonly log: LogFile = {
    size: () => this.bytes.length,
    read: async (from, length) => this.bytes.subarray(from, from + length),
    records: (from, limit) => this.records.slice(from, from + limit),
    close: () => {},
  };

  says(text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.writes(text);
    this.records.push({ end: this.bytes.length, stream, time: 1 });
  }

  /** As a keeper does that is killed before it writes the record. */
  writes(text: string): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(text)]);
  }

  sender(found: boolean): LogSender {
    const append = async (request: AppendRequest): Promise<AppendAnswer> => {
      this.calls.push(request);
      return this.answer(request);
    };
    return new LogSender({
      link: { append } as never,
      attempt: { runId: 'run_1', token: 1 },
      log: this.log,
      records: new LogRecords(this.log, this.clock),
      hash: new LogHash(this.log),
      appendBytes: 1_000,
      found,
      waiting: {
        clock: this.clock,
        log: { info: () => {}, warn: () => {} },
        random: () => 1,
        signal: new AbortController().signal,
      },
    });
  }
}

const textOf = (pieces: readonly AppendPiece[]) =>
  pieces.map(({ bytes }) => Buffer.from(bytes).toString()).join('');

it('goes on after a restart where the control plane is', async () => {
  const world = new World();
  world.says('sent before, ');
  world.stored = world.bytes.length;
  world.says('sent now');
  const sender = world.sender(true);
  sender.finish(world.bytes.length);
  expect(await sender.run()).toBe('sent');
  expect(world.calls.map(({ pieces }) => textOf(pieces))).toEqual(['', 'sent now']);
});

it('finds what has grown although nobody said so', async () => {
  const world = new World();
  const sent = world.sender(false).run();
  await expect.poll(() => world.clock.sleeping, { interval: 1 }).toBe(1);
  world.says('unheard');
  await world.clock.advance(1_000);
  await expect.poll(() => world.stored, { interval: 1 }).toBe(7);
  world.answer = () => ({ kind: 'superseded' });
  world.says('more');
  await world.clock.advance(1_000);
  expect(await sent).toBe('superseded');
});

it('asks a control plane that takes nothing ever more rarely, and loses no byte', async () => {
  const world = new World();
  const { answer } = world;
  world.answer = () => ({ kind: 'size', size: 0 });
  world.says('abc');
  const sender = world.sender(false);
  sender.finish(3);
  const sent = sender.run();
  for (let times = 1; times <= 4; times += 1) {
    await expect.poll(() => world.clock.sleeping, { interval: 1 }).toBe(1);
    expect(world.calls).toHaveLength(times);
    await world.clock.advance(100 * 2 ** times);
  }
  world.answer = answer;
  await expect.poll(() => world.clock.sleeping, { interval: 1 }).toBe(1);
  await world.clock.advance(15_000);
  expect([await sent, world.stored]).toEqual(['sent', 3]);
});

it('sends the bytes that a killed keeper left without a record once the log is final, and not before', async () => {
  const world = new World();
  world.says('err\n', 'stderr');
  world.writes('rest');
  const records = new LogRecords(world.log, world.clock);
  const read = (total: number | undefined) => records.read({ from: 0, limit: 1_000, total });
  expect((await read(undefined)).map(({ stream }) => stream)).toEqual(['stderr']);
  expect((await read(8)).map(({ stream, offset }) => [stream, offset])).toEqual([
    ['stderr', 0],
    ['stdout', 4],
  ]);
});

it('takes no byte for one without a record because there are more records than it looks at together', async () => {
  const world = new World();
  for (let made = 0; made < 5_000; made += 1)
    world.records.push({ end: made + 1, stream: 'stderr', time: 1 });
  world.writes('x'.repeat(5_000));
  const records = new LogRecords(world.log, world.clock);
  const streams: string[] = [];
  for (let from = 0; from < 5_000; ) {
    const pieces = await records.read({ from, limit: 10_000, total: 5_000 });
    for (const { stream, bytes } of pieces) {
      streams.push(stream);
      from += bytes.length;
    }
  }
  expect(new Set(streams)).toEqual(new Set(['stderr']));
});
