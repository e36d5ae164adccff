import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownerOf, Place } from '../harness/place.ts';
import { finish, logOf } from '../harness/runs.ts';

const SECRET = 'do-not-tell-anybody';

it('gives nothing of the environment of the server to a command, nor to what started it', async () => {
  await using place = new Place();
  const server = await place.server({ env: { SECRET, LD_LIBRARY_PATH: `/${SECRET}` } });
  using http = server.http();
  const shell = 'env; tr "\\0" "\\n" </proc/$PPID/environ; pwd; ls -l /proc/self/fd';
  const { id, exitCode } = await finish(http, { shell, env: { GIVEN: 'yes' } });
  expect(exitCode).toBe(0);
  const text = (await logOf(http, id)).toString();
  expect(text).toMatch(/^GIVEN=yes$/m);
  expect(text).toMatch(new RegExp(`^ERRAND_RUN_ID=${id}$`, 'm'));
  expect(text).not.toContain(SECRET);
  expect(text).not.toMatch(/^(XDG_|NODE_|ERRAND_(DATA|NOFILE|COMPILE_CACHE|URL|KEY))/m);
  // Neither its database, nor its lock, nor its sockets.
  expect(text).not.toMatch(/errand\.db|\/lock|socket:/);
});

it('keeps a secret variable out of everything but the command', async () => {
  await using place = new Place();
  const server = await place.server({ config: 'logLevel: debug' });
  using http = server.http();
  const { id } = await finish(http, { shell: 'printf %s "$TOKEN" | wc -c', secretEnv: { TOKEN: SECRET } });
  expect((await logOf(http, id)).toString().trim()).toBe(String(SECRET.length));
  for (const path of ['/v1/runs', `/v1/runs/${id}`, '/metrics']) {
    expect((await http.ask('GET', path)).text).not.toContain(SECRET);
  }
  await server.kill();
  const files = ['errand.db', 'errand.db-wal'].map((name) => readFileSync(join(server.data, name), 'latin1'));
  expect(files.join('')).not.toContain(SECRET);
  expect(files.join('')).not.toContain(server.key);
  expect(server.log).not.toContain(SECRET);
  await server.start();
});

it('inherits the environment of the caller without a server named, and stores nothing of it', async () => {
  await using place = new Place();
  const data = place.hasData(place.path('data'));
  const run = place.errand(['run', '--data', data, '--', 'sh', '-c', 'echo $SECRET'], { env: { SECRET } });
  expect(await run.ended).toMatchObject({ status: 0, stdout: `${SECRET}\n` });
  expect(readFileSync(`/proc/${ownerOf(data)}/environ`, 'latin1')).not.toContain(SECRET);
  const shown = await place.errand(['ps', '--data', data, '--json']).ended;
  // The command is the caller's own text; its output and environment are not part of the record.
  expect(shown.stdout).toContain('echo $SECRET');
  expect(shown.stdout).not.toContain(SECRET);
});
