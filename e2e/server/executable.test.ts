import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { Child } from '../harness/child.ts';
import { Place } from '../harness/place.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';

const BUILD = resolve(import.meta.dirname, '../../scripts/build-agent.ts');

requires({
  name: 'a machine like that of the executable',
  ok: process.platform === 'linux',
  reason: 'executables for macOS must be signed there',
})('the single executable', () => {
  it('is brought to a machine without a new Node, and executes commands and modules there', async () => {
    await using place = new Place();
    const files = place.path('files');
    execFileSync(process.execPath, [BUILD, '--into', files], { stdio: 'pipe' });
    const server = await place.server({ config: `logLevel: warn\nagentExecutables: ${files}\n` });
    using http = server.http();
    const module =
      'export const run = ({ by }: { by: number }) => { console.log("called"); return 6 * by; };';
    const parameters = { type: 'object', properties: { by: { type: 'integer' } } };
    const set = await http.ask('PUT', '/v1/scripts/six', { body: { module, parameters } });
    expect([set.status, set.text]).toEqual([expect.toSatisfy((status) => status < 300), expect.anything()]);
    const token = await place.errand(['pool', 'token', 'bare'], { env: server.env }).ended;

    const [home, bin] = [place.path('home'), place.path('bin')];
    for (const folder of [home, bin]) mkdirSync(folder);
    writeFileSync(join(bin, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const installed = join(home, '.local/share/errand-agent');
    place.hasAgent(join(installed, 'data'));
    const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, ERRAND_JOIN_TOKEN: token.stdout.trim() };
    const input = (await http.ask('GET', '/agent.sh')).text;
    const agent = new Child('/bin/sh', ['-s', '--', '--name', 'bare'], { cwd: home, env, input });
    place.atEnd(() => agent.kill('SIGKILL'));
    await until(
      () => agent.stderr.includes('serves the pool'),
      () => agent.stderr,
    );
    expect(readdirSync(installed)).toEqual(expect.arrayContaining(['program']));
    expect(readdirSync(installed)).not.toContain('errand-agent.mjs');

    const { id } = await submit(http, { shell: 'echo out; exit 4', pool: 'bare' });
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 4 });
    const call = await submit(http, { script: 'six', args: { by: 7 }, pool: 'bare' });
    expect(await look(http, call.id, 'ended')).toMatchObject({ status: 'succeeded', result: 42 });
    expect((await logOf(http, call.id)).toString()).toBe('called\n');
    agent.kill('SIGTERM');
    expect((await agent.ended).status).toBe(0);
  }, 300_000);
});
