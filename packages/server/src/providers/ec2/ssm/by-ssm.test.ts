import { type FakeClock, fakeClock } from '@errand/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { BySsm } from './by-ssm.ts';
import type { ScriptOrder } from './ssm-carrier.ts';

const AT = { instance: 'i-1', launch: 'ses_a-1', session: 'ses_a' };

let clock: FakeClock;
let orders: ScriptOrder[];
/** What the machine says to a script that moves its lease. */
let moved: () => Promise<string>;
let machine: BySsm;
beforeEach(() => {
  clock = fakeClock();
  orders = [];
  moved = async () => 'moved';
  machine = new BySsm({
    clock,
    keepers: () => undefined,
    ownAgent: () => ({ id: 'agt_1', pool: 'p' }),
    mains: { ensure: async () => ({ end: null }) },
    carrier: {
      carry: async (order) => {
        orders.push(order);
        const said = order.note === 'errand lease' ? await moved() : 'machine x86_64\nkeeper\nend\n';
        return { kind: 'said', output: of(said) };
      },
    },
  });
});

async function* of(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Looks at it as of this start, and lets what that began go on. */
async function look(key = 'ses_a-1') {
  const seen = await machine.look(AT, { key });
  await clock.advance(0);
  return seen;
}

/** Seconds that the machine was told. */
function told(): readonly number[] {
  return orders.flatMap(({ note, script }) =>
    note === 'errand lease' ? Number(/\+ (\d+)\)\)/.exec(script)?.[1]) : [],
  );
}

describe('the lease of a machine that only SSM reaches', () => {
  it('is told once it is reached, before anything else, and not where it comes late', async () => {
    await machine.lease(AT, 600_000);
    expect(orders).toEqual([]);
    await clock.advance(60_000);
    await look();
    expect(orders.map(({ note }) => note)).toEqual(['errand lease', 'errand look']);
    expect([told(), orders[0]?.deliverS]).toEqual([[540], 60]);
    expect(await look()).toMatchObject({ kind: 'running' });
  });

  it('is moved once a fifth of it is used up, and at once where it becomes shorter', async () => {
    await machine.lease(AT, 600_000);
    await look();
    await clock.advance(119_000);
    await machine.lease(AT, 600_000);
    await clock.advance(2_000);
    await machine.lease(AT, 600_000);
    await clock.advance(0);
    await machine.lease(AT, 60_000);
    await clock.advance(0);
    expect(told()).toEqual([600, 600, 60]);
  });

  it('is that of the last word, also where that came while another was on its way', async () => {
    await machine.lease(AT, 600_000);
    await look();
    const answer = Promise.withResolvers<string>();
    moved = () => answer.promise;
    await machine.lease(AT, 60_000);
    await machine.lease(AT, 1_200_000);
    moved = async () => 'moved';
    answer.resolve('moved');
    await clock.advance(0);
    expect(told()).toEqual([600, 60, 1_200]);
  });

  it('is known only where the machine has said that it moved', async () => {
    moved = async () => 'mv: no space left on device';
    await machine.lease(AT, 600_000);
    await look();
    expect(await machine.leaseLeftMs(AT)).toBeNull();
    moved = async () => 'moved';
    await machine.lease(AT, 600_000);
    await clock.advance(10_000);
    expect(await machine.leaseLeftMs(AT)).toBe(590_000);
  });
});

it('is made ready and told its lease anew with each start, for it has forgotten both', async () => {
  await machine.lease(AT, 600_000);
  await look();
  expect(await look('ses_a-2')).toMatchObject({ kind: 'pending' });
  expect(orders.map(({ note }) => note)).toEqual([
    'errand lease',
    'errand look',
    'errand lease',
    'errand look',
  ]);
  expect(orders.map(({ signal }) => signal.aborted)).toEqual([true, true, false, false]);
  expect(await look('ses_a-2')).toMatchObject({ kind: 'running' });
});

it('is tried again until it is reached, says meanwhile why not, and not once it is gone', async () => {
  moved = () => Promise.reject(new Error('SSM does not know i-1 yet'));
  await machine.lease(AT, 600_000);
  await look();
  expect(await look()).toEqual({ kind: 'pending', progress: 'SSM does not know i-1 yet' });
  await clock.advance(1_000);
  expect(told()).toHaveLength(2);
  await machine.gone(AT);
  await clock.advance(60_000);
  expect(told()).toHaveLength(2);
});
