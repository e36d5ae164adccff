import { createHash, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { hosting } from '../harness/requirements.ts';
import { ErrandServer } from './errand-server.ts';

describe('errand against a server', () => {
  it('runs a command there with both streams apart, its input and its exit status', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const input = randomBytes(5_000_000);
    const script = 'echo "$GREETING"; sha256sum; echo err >&2; exit 7';
    const run = await user.errand(['run', '--env', 'GREETING=hello', '--', 'sh', '-c', script], { input });
    const sum = createHash('sha256').update(input).digest('hex');
    expect(run).toMatchObject({ status: 7, stdout: `hello\n${sum}  -\n`, stderr: 'err\n' });
    const quiet = await user.errand(['run', '-n', '--', 'cat'], { inputStaysOpen: true });
    expect(quiet).toMatchObject({ status: 0, stdout: '' });
  });

  it('ends with the command though its own input stays open', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    expect((await user.errand(['run', '--', 'true'], { inputStaysOpen: true })).status).toBe(0);
  });

  it('shows every byte once though the server is killed and started again twice', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const script = 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; sleep 0.1; done; exit 3';
    const run = user.start(['run', '--', 'sh', '-c', script]);
    for (const line of ['line 5', 'line 25']) {
      await run.says(line);
      await server.restart();
    }
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`);
    expect(await run.finished).toMatchObject({ status: 3, stdout: lines.join(''), stderr: '' });
  });

  it('lists, shows, cancels, waits for and retries runs', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const { stdout } = await user.errand([
      'run',
      '-d',
      '--tag',
      'x',
      '--',
      'sh',
      '-c',
      'echo begun; sleep 60',
    ]);
    const id = stdout.trim();
    await sleep(500);
    expect((await user.errand(['wait', '--timeout', '100ms', id])).status).toBe(124);
    expect((await user.errand(['ps', '--tag', 'x'])).stdout).toContain(id);
    expect((await user.errand(['logs', id])).stdout).toBe('begun\n');
    expect((await user.errand(['logs', '--timestamps', id])).stdout).toMatch(/^\d{4}-\S+Z stdout begun\n$/);
    expect((await user.errand(['cancel', '--kill', id])).stdout).toBe(
      'The run was canceled; none of its processes is left.\n',
    );
    expect((await user.errand(['wait', id])).status).toBe(130);
    expect(await user.errand(['retry', id])).toMatchObject({ status: 0, stdout: `${id}\n` });
    await user.errand(['cancel', '--kill', id]);
    const run = JSON.parse((await user.errand(['ps', '--json'])).stdout) as { runs: { attempt: number }[] };
    expect(run.runs[0]?.attempt).toBe(2);
    const audit = await user.errand(['audit', '--target', id, '--since', '1h']);
    expect(audit.stdout).toMatch(
      /WHEN +WHO +ACTION +TARGET +FROM +OUTCOME\n(.*cancelRun.*127\.0\.0\.1 +done\n)/,
    );
    expect(audit.stdout.match(/createRun|cancelRun|retryRun/g)).toEqual([
      'cancelRun',
      'retryRun',
      'cancelRun',
      'createRun',
    ]);
    expect((await user.errand(['audit', '--since', 'soon'])).status).toBe(125);
  });

  it('shows the attempts of a run with retries one after the other', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const file = join(user.folder, 'tries');
    const script = `echo x >> ${file}; wc -l < ${file}; test $(wc -l < ${file}) -ge 3`;
    const run = await user.errand(['run', '--retry', '5', '--', 'sh', '-c', script]);
    expect(run).toMatchObject({ status: 0, stdout: '1\n2\n3\n' });
    const short = await user.errand([
      'run',
      '--retry',
      '3',
      '--',
      'sh',
      '-c',
      'echo $ERRAND_ATTEMPT; exit 1',
    ]);
    expect(short).toMatchObject({ status: 1, stdout: '1\n2\n3\n4\n' });
  });

  it('remembers a login for its owner alone', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user({ ERRAND_URL: '', ERRAND_KEY: '', ERRAND_DATA: '' });
    expect((await user.errand(['login', server.url], { input: 'err_wrong\n' })).status).toBe(125);
    const login = await user.errand(['login', server.url], { input: `${server.key}\n` });
    expect([login.status, login.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^logged in to http:\S+ as first \(admin of local\); stored in \S+login\.json\n$/,
      ),
    ]);
    const file = join(user.folder, '.config', 'errand', 'login.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await user.errand(['run', '--', 'echo', 'there'])).stdout).toBe('there\n');
  });

  it('makes keys that can be revoked', async () => {
    await using server = await ErrandServer.start();
    await using admin = server.user();
    const key = JSON.parse(
      (await admin.errand(['key', 'new', '--name', 'eye', '--role', 'viewer', '--json'])).stdout,
    ) as { id: string; secret: string };
    const env = { ERRAND_KEY: key.secret };
    expect((await admin.errand(['ps'], { env })).status).toBe(0);
    expect((await admin.errand(['key', 'ls'])).stdout).toContain('eye');
    expect((await admin.errand(['key', 'rm', key.id])).status).toBe(0);
    const refused = await admin.errand(['ps'], { env });
    expect(refused.status).toBe(125);
    expect(refused.stderr).toContain('errand login');
  });

  it('says what to do when nobody listens', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user({ ERRAND_URL: 'http://127.0.0.1:1' });
    const run = await user.errand(['run', '--', 'true']);
    expect(run).toMatchObject({ status: 125, stdout: '' });
    expect(run.stderr).toMatch(
      /^errand: no connection to http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED.*\nIs the server running\?/,
    );
  });
});

requires(hosting)('errand ps of a session', () => {
  it('lists the runs of a session by its name, and says when there is none', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    expect(await user.errand(['session', 'create', '--name', 'web'])).toMatchObject({ status: 0 });
    expect(await user.errand(['run', '--session', 'web', '--', 'true'])).toMatchObject({ status: 0 });
    const listed = await user.errand(['ps', '--session', 'web']);
    expect(listed.stdout).toMatch(/succeeded .* true\n$/);
    const none = await user.errand(['ps', '--session', 'wbe']);
    expect(none).toMatchObject({ status: 125, stderr: 'errand: there is no such session\n' });
    expect(await user.errand(['session', 'rm', 'web'])).toMatchObject({ status: 0 });
  });
});
