import type { HostedSession } from '@errand/contract';
import { fakeClock } from '@errand/core/testing';
import { beforeEach, expect, it } from 'vitest';
import { SessionHosts } from './session-hosts.ts';

const AGENT = 'agent_1';
const STOP = { kind: 'stop', sessionId: 'ses_1' } as const;
const RENEW = { kind: 'renew', sessionId: 'ses_1', leaseMs: 60_000 } as const;

let hosts: SessionHosts;
let pulses: string[];
beforeEach(async () => {
  const clock = fakeClock();
  await clock.advance(1);
  pulses = [];
  const pulse = (topic: string, subject = ''): void => void pulses.push(`${topic} ${subject}`.trim());
  hosts = new SessionHosts({ clock, notifier: { pulse }, epoch: 'now' });
});

const has = (sessionId: string, state: string): HostedSession =>
  ({ sessionId, key: `${sessionId}-1`, state, problem: null, health: null, ports: [] }) as never;
const orders = () => hosts.orders(AGENT).map(({ kind, sessionId }) => `${kind} ${sessionId}`);
const lastOrder = (): string => hosts.orders(AGENT).at(-1)?.id ?? '';

it('repeats an order until the agent has begun it, and believes no report from before that', () => {
  hosts.present(AGENT, true);
  hosts.heard(AGENT, null, [has('ses_1', 'running')]);
  expect(hosts.report(AGENT, 'ses_1')).toMatchObject({ current: true, hosted: { state: 'running' } });
  hosts.want(AGENT, STOP);
  hosts.want(AGENT, STOP);
  expect([orders(), hosts.report(AGENT, 'ses_1')?.current]).toEqual([['stop ses_1'], false]);
  const done = lastOrder();
  hosts.heard(AGENT, done, [has('ses_1', 'stopping')]);
  expect([orders(), hosts.report(AGENT, 'ses_1')?.current]).toEqual([[], true]);
});

it('believes no order done by what an earlier control plane had numbered', () => {
  hosts.want(AGENT, STOP);
  hosts.heard(AGENT, lastOrder().replace('now', 'was'), []);
  expect([orders(), hosts.report(AGENT, 'ses_1')?.current]).toEqual([['stop ses_1'], false]);
});

it('lets a later wish take the place of the one before, and a renewal that of a renewal alone', () => {
  hosts.want(AGENT, RENEW);
  hosts.want(AGENT, { ...RENEW, leaseMs: 90_000 });
  expect(hosts.orders(AGENT)).toMatchObject([{ kind: 'renew', leaseMs: 90_000 }]);
  hosts.want(AGENT, STOP);
  expect(orders()).toEqual(['stop ses_1']);
  hosts.want(AGENT, RENEW);
  expect(orders()).toEqual(['stop ses_1', 'renew ses_1']);
  hosts.withdraw(AGENT, 'ses_1');
  expect(orders()).toEqual(['renew ses_1']);
});

it('wakes the reconciler for what became of a session, and for nothing else', () => {
  hosts.heard(AGENT, null, [has('ses_1', 'running'), has('ses_2', 'running')]);
  pulses = [];
  hosts.heard(AGENT, null, [has('ses_1', 'running'), has('ses_2', 'running')]);
  expect(pulses).toEqual([]);
  hosts.heard(AGENT, null, [has('ses_1', 'ended')]);
  expect(pulses).toEqual([expect.stringMatching(/ ses_1$/), expect.stringMatching(/ ses_2$/)]);
});

it('has an agent told to ask where there is something to do, unless it is asking', async () => {
  expect(hosts.waitFor(AGENT)).toBe(false);
  hosts.want(AGENT, STOP);
  expect(hosts.waitFor(AGENT)).toBe(true);
  await hosts.asking(AGENT, async () => expect(hosts.waitFor(AGENT)).toBe(false));
  await expect(hosts.asking(AGENT, () => Promise.reject(new Error('it hung up')))).rejects.toThrow();
  expect(hosts.waitFor(AGENT)).toBe(true);
});
