import { expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';
import type { SessionTemplates } from '../../use-cases/sessions/session-templates.ts';

const HOUR = 3_600_000;

function templates(wish: object): SessionTemplates {
  return {
    list: () => [],
    resolve: async () => ({ wish: { provider: 'fake', ...wish }, files: [], params: {} }),
  };
}

async function firstRun(world: JobWorld, id: string) {
  const runId = (await world.job(id)).attempt?.commands[0]?.runId ?? '';
  return await world.store.runs.get(runId);
}

it.each([
  ['lasts as long as the job may take', {}, { idleMs: null, lifeMs: 30 * HOUR + 600_000 }],
  [
    'has the limits that its template says',
    { idle: 60_000, maxLife: HOUR },
    { idleMs: 60_000, lifeMs: HOUR },
  ],
])('the session of a job from a template %s', async (_what, wish, limits) => {
  await using world = await openJobWorld({}, templates(wish));
  const { id } = await world.submit({ template: 'any', commands: ['x'], timeout: '30h' });
  await world.pass(3);
  expect((await world.sessionOf(id)).spec.limits).toMatchObject(limits);
});

it.each([
  ['without a command of its own stays for those of the job', {}, { hold: true }],
  ['with a command of its own ends with it', { command: ['serve'] }, {}],
])('the session of a job from a template %s', async (_what, wish, options) => {
  await using world = await openJobWorld({ forRun: { hold: true } }, templates(wish));
  const { id } = await world.submit({ template: 'any', commands: ['x'] });
  await world.pass(3);
  expect((await world.sessionOf(id)).spec.options).toEqual(options);
});

it('gives its variables to commands under their own, and over those of the pool', async () => {
  await using world = await openJobWorld();
  await world.store.agents.setPool('fakes', { env: { A: 'pool', P: 'pool' } });
  const session = {
    provider: 'fake',
    env: { A: 'session' },
    secretEnv: { B: 'long-secret', C: 'other-secret' },
  };
  const { id } = await world.submit({ session, commands: [{ shell: 'x', env: { B: 'command' } }] });
  await world.pass(6);
  const run = await firstRun(world, id);
  expect(run?.spec.env).toEqual({ P: 'pool', A: 'session', B: 'command' });
  expect(Object.keys(run?.spec.sealedEnv ?? {})).toEqual(['C']);
});
