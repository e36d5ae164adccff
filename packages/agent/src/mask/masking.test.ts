import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from '../../test/agent-process.ts';
import { TestControlPlane, type TestRun } from '../../test/control-plane.ts';
import { TestHttpServer } from '../../test/http-server.ts';
import { TestPlace } from '../../test/place.ts';

const SECRET = 'kX9-do/not+tell';
const SHOWN = '*'.repeat(SECRET.length);
const secret = { env: { TOKEN: SECRET }, secretNames: ['TOKEN'] };

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(() => place[Symbol.asyncDispose]());

const sh = (text: string, more = {}) => plane.submit(['/bin/sh', '-c', text], { ...secret, ...more });
const ended = (run: TestRun) => plane.until(() => run.end !== undefined, 'its end', 25_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Everything in the spool, its log apart. */
const spoolText = () =>
  place.spool
    .map((name) => (name.endsWith('.log') ? '' : readFileSync(join(place.data, 'spool', name), 'latin1')))
    .join('');

describe('an attempt with secrets', () => {
  it('sends its log masked, with the size and hash of what was sent', async () => {
    await place.agent(plane).start();
    const run = sh(
      'echo "a $TOKEN b"; printf "$TOKEN" | base64 >&2; sleep 0.05; echo "$TOKEN" | head -c 9; sleep 0.05; echo "$TOKEN" | tail -c 7',
    );
    await ended(run);
    const encoded = Buffer.from(SECRET).toString('base64');
    expect(plane.logOf(run, 'stdout').toString()).toBe(`a ${SHOWN} b\n${SHOWN}\n`);
    expect(plane.logOf(run, 'stderr').toString()).toBe(`${'*'.repeat(encoded.length)}\n`);
    expect(run.end?.log).toEqual({ bytes: run.size, sha256: sha256(plane.logOf(run)), truncated: null });
  });

  it('is written down without them, and leaves nothing', async () => {
    await place.agent(plane).start();
    const run = sh('echo "$TOKEN"; read line', { stdin: 'stream' });
    await plane.until(() => run.size > 0, 'some output');
    expect(spoolText()).toContain(run.lease.runId);
    expect(spoolText()).not.toContain(SECRET);
    expect(statSync(join(place.data, 'secret.key')).mode & 0o777).toBe(0o600);
    for (const name of place.spool)
      expect(statSync(join(place.data, 'spool', name)).mode & 0o777).toBe(0o600);
    plane.write(run, Buffer.from('\n'), true);
    await ended(run);
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });

  it('never lets the keeper write into the store of the control plane', async () => {
    await place.agent(plane).start();
    const logPlace = join(place.folder, 'store');
    const run = sh('echo "$TOKEN"', { logPlace });
    await ended(run);
    expect(plane.logOf(run).toString()).toBe(`${SHOWN}\n`);
    expect(readdirSync(place.folder)).not.toContain('store.log');
  });

  it('shows a prompt at once, and the beginning of a secret never', async () => {
    await place.agent(plane).start();
    const run = sh('printf "Continue? "; read x; printf "it is kX9-do"; read x; printf "/not+tell."', {
      stdin: 'stream',
    });
    await plane.until(() => plane.logOf(run).toString() === 'Continue? ', 'the prompt');
    plane.write(run, Buffer.from('\n'));
    await plane.until(() => run.size > 'Continue? '.length, 'more');
    expect(plane.logOf(run).toString()).toBe('Continue? it is ');
    plane.write(run, Buffer.from('\n'), true);
    await ended(run);
    expect(plane.logOf(run).toString()).toBe(`Continue? it is ${SHOWN}.`);
  });

  it('masks the tail that is kept beyond the cap, and what the gap has cut through', async () => {
    await place.agent(plane).start();
    const line = `${'x'.repeat(100)}${SECRET}\n`;
    const cap = line.length * 40 + 105;
    const run = sh(`i=0; while [ $i -lt 3000 ]; do echo "${'x'.repeat(100)}$TOKEN"; i=$((i+1)); done`, {
      maxLogBytes: cap,
    });
    await ended(run);
    const log = plane.logOf(run);
    expect(run.end?.log?.truncated?.why).toBe('cap');
    expect(log.length).toBeGreaterThan(cap + 60_000);
    expect(log.subarray(0, cap).toString()).toBe(
      `${'x'.repeat(100)}${SHOWN}\n`.repeat(40) + `${'x'.repeat(100)}*****`,
    );
    expect(log.toString()).toMatch(/^[x*\n]+$/);
    expect(run.end?.log).toMatchObject({ bytes: log.length, sha256: sha256(log) });
  });

  it('has none in the sentence about a failed start', async () => {
    await place.agent(plane).start();
    const run = plane.submit([`/nowhere/${SECRET}`], secret);
    await ended(run);
    expect(run.end?.reason).toMatchObject({
      kind: 'spawn_failed',
      why: expect.stringContaining(`/nowhere/${SHOWN}`) as string,
    });
  });

  it('hides what its agent was told to hide too', async () => {
    await place.agent(plane, { secrets: ['of-this-machine'] }).start();
    const run = plane.submit(['echo', 'of-this-machine']);
    await ended(run);
    expect(plane.logOf(run).toString()).toBe(`${'*'.repeat(15)}\n`);
  });
});

describe('after a restart of the agent', () => {
  it('the bytes that follow are what they would have been', async () => {
    plane.appendBytes = 10_000;
    const first = place.agent(plane);
    await first.start();
    const run = sh(
      'for i in 1 2 3; do head -c 30000 /dev/zero | tr "\\0" y; printf "%s kX9-do" "$TOKEN"; read x; printf "/not+tell.\\n"; done',
      {
        stdin: 'stream',
      },
    );
    const one = `${'y'.repeat(30_000)}${SHOWN} `;
    await plane.until(() => run.size === one.length, 'all but the beginning of a secret');
    await first.stop();
    await place.agent(plane).start();
    plane.write(run, Buffer.from('\n\n\n'), true);
    await ended(run);
    expect(plane.logOf(run).toString()).toBe(`${one}${SHOWN}.\n`.repeat(3));
    expect(run.end?.log).toEqual({ bytes: run.size, sha256: sha256(plane.logOf(run)), truncated: null });
  });

  it('everything is hidden where nobody can say any more what was secret', async () => {
    const first = place.agent(plane);
    await first.start();
    const run = sh('echo begun; read x; echo "$TOKEN and more"', { stdin: 'stream' });
    await plane.until(() => run.size > 0, 'some output');
    await first.stop();
    rmSync(join(place.data, 'secret.key'));
    await place.agent(plane).start();
    plane.write(run, Buffer.from('\n'), true);
    await ended(run);
    expect(plane.logOf(run).toString()).toBe(`begun\n${'*'.repeat(SECRET.length + 9)}\n`);
    expect(run.end?.log?.sha256).toBeNull();
  });

  it('killed with -9 again and again, its log has no secret, every other byte, and its hash', async () => {
    await using server = await new TestHttpServer(plane).listen();
    writeFileSync(join(place.folder, 'secrets'), '# of this machine\nPASSPHRASE="of this\\nmachine"\n');
    const start = (): AgentProcess =>
      new AgentProcess([
        '--url',
        server.url,
        '--data',
        place.data,
        '--sockets',
        join(place.folder, 's'),
        '--token',
        'join-me',
        '--secrets',
        join(place.folder, 'secrets'),
      ]);
    plane.appendBytes = 20_000;
    const line = (of: string, machine: string): string =>
      `${'a'.repeat(900)}${of}${'b'.repeat(60)}\n${machine}`;
    const run = sh(
      `a=$(head -c 900 /dev/zero | tr '\\0' a); b=$(head -c 60 /dev/zero | tr '\\0' b); i=0;
      while [ $i -lt 500 ]; do printf "$a"; printf "kX9-do"; printf noise >&2; printf "/not+tell$b\\nof this\\nmachine"; sleep 0.01; i=$((i+1)); done`,
    );
    for (const part of [0, 100_000, 200_000]) {
      const killed = start();
      await plane.until(() => run.size > part, 'some bytes', 25_000);
      await killed.kill('SIGKILL');
    }
    const last = start();
    await ended(run);
    await last.kill('SIGTERM');
    expect(plane.logOf(run, 'stdout').toString()).toBe(line(SHOWN, '*******\n*******').repeat(500));
    expect(plane.logOf(run, 'stderr').toString()).toBe('noise'.repeat(500));
    expect(run.end?.log?.sha256).toBe(sha256(plane.logOf(run)));
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  }, 60_000);
});
