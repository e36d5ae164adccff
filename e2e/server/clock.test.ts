import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { JumpingClock } from '../harness/jumping-clock.ts';
import { Place } from '../harness/place.ts';
import { gcc } from '../harness/requirements.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';

const DAY = 86_400;

requires(gcc)('a clock of the server that jumps', () => {
  it.each([
    ['ahead', DAY],
    ['back', -DAY],
  ])('a day %s ends no run, loses none, and hangs nobody who waits', async (_way, jump) => {
    await using place = new Place();
    const clock = new JumpingClock(place);
    const server = await place.server({ env: clock.env });
    using http = server.http();
    const talking = await submit(http, { shell: 'echo begin; sleep 3; echo end; exit 6' });
    const limited = await submit(http, { shell: 'sleep 1000', timeout: '4s', grace: '200ms' });
    const waited = await submit(http, { shell: 'echo begin; sleep 1000' });
    await until(async () => (await logOf(http, waited.id)).length > 0, 'a command that runs');
    const waiting = http.ask('GET', `/v1/runs/${waited.id}?wait=3s`);
    const follower = http.ask('GET', `/v1/runs/${talking.id}/log?follow=1`);
    await sleep(500);
    clock.jumpTo(jump);

    const shown = Date.parse((await submit(http, { command: ['true'] })).createdAt) - Date.now();
    expect(Math.sign(shown)).toBe(Math.sign(jump));
    expect((await waiting).status).toBe(200);
    expect((await look(http, waited.id)).status).toBe('running');
    expect((await follower).text).toBe('begin\nend\n');
    expect(await look(http, talking.id, 'ended')).toMatchObject({ end: { reason: 'exited' }, exitCode: 6 });
    expect(await look(http, limited.id, 'ended')).toMatchObject({ status: 'timed_out', attempt: 1 });
    await http.ask('POST', `/v1/runs/${waited.id}/cancel`, { body: { kill: true } });
    expect(await look(http, waited.id, 'ended')).toMatchObject({ status: 'canceled', attempt: 1 });
    expect(await finish(http, { shell: 'exit 3' })).toMatchObject({ exitCode: 3 });
  });
});
