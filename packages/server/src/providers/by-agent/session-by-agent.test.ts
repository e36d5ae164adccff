import type { SessionSpec } from '@errand/core';
import { aSessionSpec, type FakeClock, fakeClock, sessionLimits } from '@errand/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentHosts, HostedByAgent } from './agent-ports.ts';
import { Launches } from './launches.ts';
import { SessionByAgent } from './session-by-agent.ts';

const AT = { session: 'ses_a', launch: 'ses_a-1' };
const SEEN = {
  key: 'ses_a-1',
  name: 'the machine i-1',
  ports: [],
  reachesPorts: true,
  countsProcessor: true,
};
const HOSTED: HostedByAgent = {
  key: 'ses_a-1',
  state: 'running',
  problem: null,
  leaseLeftMs: 60_000,
  health: null,
  cpuMs: 5,
};

let clock: FakeClock;
let agent: { readonly id: string; readonly pool: string } | null;
let hosted: HostedByAgent | null;
let report: NonNullable<ReturnType<AgentHosts['report']>> | null;
let wanted: Parameters<AgentHosts['want']>[1][];
let removed: string[];
let placed: boolean[];
let spec: SessionSpec;
let sessions: SessionByAgent;
beforeEach(() => {
  clock = fakeClock();
  agent = { id: 'agt_1', pool: 'p' };
  [hosted, report] = [HOSTED, null];
  [wanted, removed, placed] = [[], [], []];
  spec = aSessionSpec({ limits: sessionLimits({ leaseMs: 600_000 }) });
  sessions = new SessionByAgent(
    {
      clock,
      agents: {
        token: () => 'token',
        of: async () => agent,
        specOf: async () => spec,
        remove: async (_session, launch) => void removed.push(launch),
      },
      hosts: { want: (_agent, wish) => void wanted.push(wish), report: () => report },
      mains: { ensure: async () => ({ end: null }) },
      placing: {
        progress: async ({ anew }) => {
          placed.push(anew);
          return null;
        },
      },
    },
    { tag: 'machines', starts: 'It starts.' },
  );
});

/** Its agent says so, now. */
function says(more: Partial<HostedByAgent> = {}, current = true): void {
  report = { hosted: hosted === null ? null : { ...hosted, ...more }, current, heardAt: clock.steady() };
}

describe('a lease', () => {
  it('is told to the agent, and to one that comes later as what is left of it', async () => {
    await sessions.lease(AT, 300_000);
    expect(wanted).toEqual([{ kind: 'renew', sessionId: 'ses_a', leaseMs: 300_000 }]);
    agent = null;
    await sessions.lease(AT, 600_000);
    await clock.advance(200_000);
    agent = { id: 'agt_1', pool: 'p' };
    await sessions.look(AT, SEEN);
    expect(wanted.slice(1)).toMatchObject([{ kind: 'run', key: 'ses_a-1', leaseMs: 400_000 }]);
  });

  it('is as long as the spec says where nobody has said anything since the control plane started', async () => {
    await sessions.look(AT, SEEN);
    expect(wanted).toMatchObject([{ kind: 'run', leaseMs: 600_000 }]);
  });

  it('has left what the agent said, less the time since then', async () => {
    expect(await sessions.leaseLeftMs(AT)).toBeNull();
    says();
    await clock.advance(20_000);
    expect(await sessions.leaseLeftMs(AT)).toBe(40_000);
  });
});

describe('a session', () => {
  it('runs where its agent says so of this very start, and not on a word from before', async () => {
    says();
    expect(await sessions.look(AT, SEEN)).toMatchObject({ kind: 'running', use: { cpuMs: 5 } });
    says({}, false);
    expect(await sessions.look(AT, SEEN)).toMatchObject({ kind: 'pending' });
    says();
    expect(await sessions.look(AT, { ...SEEN, key: 'ses_a-2' })).toMatchObject({ kind: 'pending' });
    expect(wanted).toMatchObject([
      { kind: 'run', key: 'ses_a-1' },
      { kind: 'run', key: 'ses_a-2' },
    ]);
  });

  it('is not known to run, nor to have ended, where its agent is silent', async () => {
    says();
    await clock.advance(74_999);
    expect(await sessions.look(AT, SEEN)).toMatchObject({ kind: 'running' });
    await clock.advance(1);
    await expect(sessions.look(AT, SEEN)).rejects.toMatchObject({ kind: 'transient' });
  });

  it.each(['stopping', 'kept', 'ended', 'ending'] as const)('has ended where it is %s', async (state) => {
    says({ state });
    expect(await sessions.look(AT, SEEN)).toMatchObject({ kind: 'ended' });
  });

  it('says what its agent cannot do', async () => {
    says({ problem: 'no keeper runs here' });
    await expect(sessions.look(AT, SEEN)).rejects.toMatchObject({ kind: 'config' });
  });

  it('gets its files anew where this launch has made it, and not over those of an earlier start', async () => {
    says();
    await sessions.look(AT, SEEN);
    says({ key: 'ses_a-2' });
    await sessions.look(AT, { ...SEEN, key: 'ses_a-2' });
    expect(placed).toEqual([true, false]);
  });

  it('takes its agent along when it goes', async () => {
    await sessions.gone(AT);
    expect(removed).toEqual(['ses_a-1']);
  });
});

it('makes one launch for all who ask for it at once, and another for who asks later', async () => {
  const launches = new Launches();
  let made = 0;
  const make = async () => ({ v: 1, data: { n: (made += 1) } });
  const both = await Promise.all([launches.once('k', make), launches.once('k', make)]);
  expect(both.map(({ data }) => data['n'])).toEqual([1, 1]);
  expect((await launches.once('k', make)).data['n']).toBe(2);
});
