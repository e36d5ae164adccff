import { expect, it } from 'vitest';
import { openPlane } from '../../../test/plane.ts';
import { createJoinToken, joinAgent } from './join-agent.ts';
import { pollAgent } from './poll-agent.ts';
import { reportFact } from './report-fact.ts';

it('lets nobody but its own agent end an attempt, or touch its log', async () => {
  await using plane = await openPlane();
  const { joining, polling, reporting } = plane.services;
  const join = async (name: string): Promise<string> => {
    const { token } = await createJoinToken(joining, 'lab');
    return (await joinAgent(joining, { token, name })).agentId;
  };
  const [own, other] = [await join('own'), await join('other')];
  const body = { pool: 'lab', command: ['true'] };
  const run = (await (await plane.ask('POST', '/v1/runs', { key: plane.admin, body })).json()) as {
    id: string;
  };
  const poll = { agentId: own, free: 1, held: [], waitMs: 0, modules: [] };
  expect((await pollAgent(polling, poll, new AbortController().signal)).leases).toHaveLength(1);
  const sealed: string[] = [];
  const parts = {
    ...reporting,
    logs: { seal: async ({ runId }: { runId: string }) => void sealed.push(runId) },
  };
  const name = { runId: run.id, token: 1, claimant: 'c' };
  const log = { bytes: 0, sha256: '', truncated: null };
  const ended = { kind: 'ended', reason: { kind: 'exited', code: 0 }, log, result: null } as const;
  expect(await reportFact(parts, own, { ...name, fact: { kind: 'starting' } })).toEqual({ kind: 'accepted' });
  const stranger = [
    await reportFact(parts, other, { ...name, fact: ended }),
    await reportFact(parts, own, { ...name, claimant: 'copy', fact: ended }),
    await reportFact(parts, own, { ...name, runId: 'run_none', fact: ended }),
  ];
  expect(stranger.map(({ kind }) => kind)).toEqual(['superseded', 'superseded', 'superseded']);
  expect(sealed).toEqual([]);
  expect(await reportFact(parts, own, { ...name, fact: ended })).toEqual({ kind: 'accepted' });
  expect(sealed).toEqual([run.id]);
});
