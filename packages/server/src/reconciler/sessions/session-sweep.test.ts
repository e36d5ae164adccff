import type { Provider, SessionRecord } from '@errand/core';
import {
  aSession,
  aSessionSpec,
  type FakeFault,
  fakeClock,
  fakeProvider,
  readySession,
} from '@errand/core/testing';
import { expect, it } from 'vitest';
import { SessionSweep } from './session-sweep.ts';

const MINUTE = 60_000;

/** Machines whose own switches do nothing, and the records of their sessions. */
function world(fault: (call: string, key: string) => FakeFault | null = () => null) {
  const clock = fakeClock();
  const provider = fakeProvider({ clock, deadMan: false, fault });
  const records = new Map<string, SessionRecord>();
  const errors: unknown[] = [];
  const sweep = (...others: readonly Provider[]) => {
    const providers = new Map([...others, provider].map((each) => [each.name, each]));
    const sessions = { get: async (id: string) => records.get(id) ?? null } as never;
    return new SessionSweep({ sessions, providers, clock, tag: 'plane' });
  };
  /** Of a session that is ready, which `change` may change. */
  const launch = async (sessionId: string, leaseMs: number, change: Partial<SessionRecord> | null = {}) => {
    const spec = aSessionSpec();
    const wish = { key: `${sessionId}-1`, sessionId, tag: 'plane', spec, env: {}, leaseMs, owner: 'o' };
    const handle = await provider.launch({ ...wish, subdomain: 's', run: null });
    const session = readySession(aSession({ id: sessionId }), clock.now());
    const launched = session.launch === null ? null : { ...session.launch, handle };
    if (change !== null) records.set(sessionId, { ...session, launch: launched, kept: handle, ...change });
  };
  const states = () =>
    provider.machines.all().map(({ sessionId, state, hasDisk }) => [sessionId, state, hasDisk] as const);
  return { clock, sweep, launch, states, errors };
}

it('ends what nobody knows, and stops with its disk what outlived its lease or was woken', async () => {
  const { clock, sweep, launch, states, errors } = world();
  await launch('ses_well', 10 * MINUTE);
  await launch('ses_nobodys', 10 * MINUTE, null);
  await launch('ses_overdue', MINUTE);
  await launch('ses_woken', 10 * MINUTE, { state: 'stopped', launch: null, since: clock.now() });
  await clock.advance(2 * MINUTE + 1);
  await sweep().tick((error) => errors.push(error));
  expect(states()).toEqual([
    ['ses_well', 'running', true],
    ['ses_nobodys', 'gone', false],
    ['ses_overdue', 'kept', true],
    ['ses_woken', 'kept', true],
  ]);
  expect(errors).toEqual([]);
});

it('ends the others where one cannot be ended, and where another provider does not answer, and says so', async () => {
  const stuck = world((call, key) =>
    call === 'terminate' && key === 'machine-1' ? { kind: 'error', error: 'auth' } : null,
  );
  const { clock, sweep, launch, states, errors } = stuck;
  const silent = fakeProvider({
    clock,
    name: 'silent',
    fault: () => ({ kind: 'error', error: 'transient' }),
  });
  await launch('ses_stuck', 10 * MINUTE, null);
  await launch('ses_lost', 10 * MINUTE, null);
  const stop = new AbortController();
  const swept = sweep(silent).run(stop.signal, (error) => errors.push(error));
  await clock.advance(1_000);
  expect(states()).toEqual([
    ['ses_stuck', 'running', true],
    ['ses_lost', 'gone', false],
  ]);
  expect(errors).toHaveLength(2);
  await launch('ses_later', 10 * MINUTE, null);
  await clock.advance(2 * MINUTE);
  expect(states().at(-1)).toEqual(['ses_later', 'gone', false]);
  stop.abort();
  await swept;
});
