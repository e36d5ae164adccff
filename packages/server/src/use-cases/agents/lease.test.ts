import { aRun, aSession, aSessionSpec } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { leaseOf, withPlaces } from './lease.ts';

const PARTS = { logs: { place: () => '' }, unseal: String, ownAgentId: () => null };

it.each([
  [
    'made for the run gives it its variables, under its own',
    { id: 'run_1', token: 1, pool: 'fresh' },
    { A: '1', B: 'run' },
  ],
  ['that was there before gave them when the run was submitted', null, { B: 'run' }],
])('a session %s', async (_what, run, env) => {
  const session = aSession({ run, spec: aSessionSpec({ env: { A: '1', B: '2' } }) });
  const known = leaseOf(PARTS, aRun());
  const lease = { ...known, session: session.id, env: { B: 'run' } };
  expect(await withPlaces({ sessions: { get: async () => session } }, [lease])).toMatchObject([{ env }]);
  expect((await withPlaces({ sessions: { get: async () => session } }, [lease]))[0]?.env).toEqual(env);
});
