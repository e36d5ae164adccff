import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Child } from '../harness/child.ts';
import { Place } from '../harness/place.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';

const SECRET = 'kX9-do/not+tell';
const SHOWN = '*'.repeat(SECRET.length);
const BASE64 = Buffer.from(SECRET).toString('base64');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Files below a folder that hold the secret, as it is or in base64. */
function filesWithSecret(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const text = readFileSync(path, 'latin1');
      return text.includes(SECRET) || text.includes(BASE64);
    });
}

it('masks what a command of the server’s own agent writes, before the store has it', async () => {
  await using place = new Place();
  const server = await place.server({ config: 'logLevel: debug' });
  using http = server.http();
  const shell =
    'echo "$TOKEN"; printf %s "$TOKEN" | base64 >&2; sleep 0.1; printf "%.6s" "$TOKEN"; sleep 0.1; echo "/not+tell"; exit 3';
  const run = await finish(http, { shell, secretEnv: { TOKEN: SECRET } });
  const text = (await logOf(http, run.id)).toString();
  expect(text.replaceAll('*'.repeat(BASE64.length), 'base64')).toBe(`${SHOWN}\nbase64\n${SHOWN}\n`);
  expect(run).toMatchObject({ exitCode: 3, log: { bytes: text.length, sha256: sha256(Buffer.from(text)) } });
  expect((await logOf(http, run.id, '?stream=stderr')).toString()).toBe(`${'*'.repeat(BASE64.length)}\n`);
  await until(
    () => filesWithSecret(server.data).length === 0,
    () => filesWithSecret(server.data).join(),
  );
  expect(server.log).not.toContain(SECRET);
});

it('masks on another machine, whoever is killed in the middle', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const token = (await place.errand(['pool', 'token', 'lab'], { env: server.env }).ended).stdout.trim();
  const data = place.hasAgent(place.path('machine'));
  writeFileSync(place.path('secrets'), 'LOCAL=known-here-only\n');
  const start = (): Child =>
    place.errand([
      'agent',
      '--url',
      server.url,
      '--data',
      data,
      '--token',
      token,
      '--secrets',
      place.path('secrets'),
    ]);
  let agent = start();
  // Every line has the secret in two writes, with something on stderr in between.
  const shell = `i=0; while [ $i -lt 300 ]; do printf "line $i %.9s" "$TOKEN"; echo + >&2; sleep 0.01
    printf '%s known-here-only\\n' "$(printf %s "$TOKEN" | tail -c 6)"; i=$((i+1)); done; exit 5`;
  const { id } = await submit(http, { shell, pool: 'lab', secretEnv: { TOKEN: SECRET } });
  const size = async (): Promise<number> => (await logOf(http, id)).length;
  for (const part of [500, 3_000]) {
    await until(
      async () => (await size()) > part,
      () => `some output: ${agent.stderr}`,
    );
    agent.kill('SIGKILL');
    await agent.ended;
    if (part > 500) {
      await server.kill();
      await server.start();
    }
    agent = start();
  }
  const run = await look(http, id, 'ended');
  const log = await logOf(http, id);
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${SHOWN} ${'*'.repeat(15)}\n`);
  expect((await logOf(http, id, '?stream=stdout')).toString()).toBe(lines.join(''));
  expect((await logOf(http, id, '?stream=stderr')).toString()).toBe('+\n'.repeat(300));
  expect(run).toMatchObject({
    exitCode: 5,
    log: { bytes: log.length, sha256: sha256(log), truncated: null },
  });
  expect(run.attempts).toHaveLength(1);
  await until(() => readdirSync(join(data, 'spool')).length === 0, 'an empty spool');
  expect(filesWithSecret(place.folder)).toEqual([]);
});

it('masks also where the command line starts the command itself', async () => {
  await using place = new Place();
  const data = place.hasData(place.path('data'));
  const run = (...args: readonly string[]): Child =>
    place.errand(['run', '--data', data, '--secret-env', 'TOKEN', ...args], { env: { TOKEN: SECRET } });
  const shown = await run('--', 'sh', '-c', 'echo "$TOKEN"; printf %s "$TOKEN" | base64 >&2; exit 4').ended;
  expect(shown).toMatchObject({ status: 4, stdout: `${SHOWN}\n`, stderr: `${'*'.repeat(BASE64.length)}\n` });
  const { stdout: id } = await run('-d', '--', 'sh', '-c', 'sleep 0.2; echo "later $TOKEN"').ended;
  const later = await place.errand(['logs', '-f', '--data', data, id.trim()]).ended;
  expect(later.stdout).toBe(`later ${SHOWN}\n`);
  const listed = await place.errand(['ps', '--json', '--data', data]).ended;
  expect(listed.stdout).not.toContain(SECRET);
  expect(listed.stdout).toContain('"TOKEN"');
  await until(
    () => filesWithSecret(data).length === 0,
    () => filesWithSecret(data).join(),
  );
});

it('takes a secret from a file, warns of one that was typed, and refuses one that is short', async () => {
  await using place = new Place();
  const data = place.hasData(place.path('data'));
  writeFileSync(place.path('token'), `${SECRET}\n`);
  const run = (given: string) =>
    place.errand(['run', '--data', data, '--secret-env', given, '--', 'sh', '-c', 'echo "[$TOKEN]"']).ended;
  expect(await run('TOKEN=@token')).toMatchObject({ status: 0, stdout: `[${SHOWN}]\n`, stderr: '' });
  const typed = await run(`TOKEN=${SECRET}`);
  expect(typed).toMatchObject({ status: 0, stdout: `[${SHOWN}]\n` });
  expect(typed.stderr).toMatch(/^errand: the value of TOKEN is in the list of processes .* TOKEN=@FILE\n$/);
  const short = await run('TOKEN=zq42');
  expect(short.status).toBe(125);
  expect(short.stderr).toMatch(/secretEnv\.TOKEN: has 4 characters; under 8/);
});
