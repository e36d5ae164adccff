import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Variant } from './kept.ts';

/** A command in a container, from the relay to the keeper inside and back, without an engine: what stands in for it starts the keeper here. */
export function containerFixtures(name: string, variant: () => Variant): void {
  describe(name, () => {
    it('passes output, input, result and end through', async () => {
      await using place = await open(variant());
      const shell = 'cat; echo err >&2; echo \'{"a":1}\' > $ERRAND_RESULT; exit 7';
      const ran = await place.relay(['sh', '-c', shell], { stdin: 'hello\n' });
      expect(ran).toEqual({ code: 7, signal: null, stdout: 'hello\n', stderr: 'err\n' });
      expect(readFileSync(place.path('result'), 'utf8')).toBe('{"a":1}\n');
      expect(readFileSync(place.path('end'), 'utf8')).toMatch(/^end exited 7 /);
    });

    it('tells of too much of a result, and of none', async () => {
      await using place = await open(variant());
      await place.relay(['sh', '-c', 'head -c 3000000 /dev/zero > $ERRAND_RESULT; yes | head -c 2000000']);
      expect(readFileSync(place.path('result'))).toHaveLength(1_048_577);
      await using other = await open(variant());
      expect(await other.relay(['true'])).toMatchObject({ code: 0 });
      expect(existsSync(other.path('result'))).toBe(false);
    });

    it('ends what is canceled, also what is deaf, and what cannot be started', async () => {
      await using place = await open(variant());
      const deaf = 'trap "" TERM; (setsid sleep 100 &); echo ready; while :; do sleep 0.1; done';
      const ran = await place.relay(['sh', '-c', deaf], { killAt: 'ready' });
      expect(ran).toMatchObject({ code: null, signal: 'SIGKILL' });
      expect(readFileSync(place.path('end'), 'utf8')).toMatch(/^end signaled 9 cause=ended .* left=0 /);
      await using other = await open(variant());
      expect(await other.relay(['/no/such/program'])).toMatchObject({ code: 127 });
    });

    it('ends with its line, and everything inside with it', async () => {
      await using place = await open(variant());
      const ran = await place.relay(['sh', '-c', 'echo ready; sleep 100'], { cutAt: 'ready' });
      expect(ran.code).toBe(125);
      expect(readFileSync(place.path('end'), 'utf8')).toBe('gone\n');
      await place.insideIsGone();
    });

    it('holds a container as long as its program or its lease', async () => {
      const { binary } = variant();
      expect(await endOf(spawn(binary, ['hold', '0', 'sh', '-c', '(sleep 0.1 &); exit 3']))).toMatchObject({
        code: 3,
      });
      expect(await endOf(spawn(binary, ['hold', '0', '/no/such/program']))).toMatchObject({ code: 127 });
      expect(await endOf(spawn(binary, ['hold', '1']))).toMatchObject({ code: 124 });
    });
  });
}

interface How {
  readonly stdin?: string;
  /** Output that is waited for before the relay gets TERM, or its line is cut. */
  readonly killAt?: string;
  readonly cutAt?: string;
}

async function open({ binary }: Variant) {
  const folder = mkdtempSync(join(tmpdir(), 'errand-relay-'));
  const lines = new Set<Socket>();
  const insides: ChildProcess[] = [];
  const server = createServer((line) => {
    lines.add(line);
    line.on('error', () => undefined);
    line.once('data', (request) => {
      const text = request.toString();
      if (text.startsWith('GET')) line.end(answer('404 Not Found', '{"message":"No such container"}'));
      else line.write(answer('201 Created', '{"Id":"exec"}'));
      line.once('data', () => {
        line.write('HTTP/1.1 101 UPGRADED\r\n\r\n');
        insides.push(inside(binary, line));
      });
    });
  });
  const engine = join(folder, 'engine');
  await new Promise<void>((resolve) => server.listen(engine, resolve));
  return {
    path: (name: string) => join(folder, name),
    relay: async (argv: readonly string[], { stdin = '', killAt, cutAt }: How = {}) => {
      const files = [join(folder, 'end'), join(folder, 'result')];
      const options = ['env=inherit', 'stdin=stream', 'grace=300'].join('\n');
      const relay = spawn(binary, ['relay', `unix://${engine}`, 'box', ...files, options, '', ...argv]);
      relay.stdin.on('error', () => undefined);
      if (killAt === undefined && cutAt === undefined) relay.stdin.end(stdin);
      relay.stdout.on('data', (bytes: Buffer) => {
        if (killAt !== undefined && bytes.includes(killAt)) relay.kill('SIGTERM');
        if (cutAt !== undefined && bytes.includes(cutAt)) for (const line of lines) line.destroy();
      });
      return await endOf(relay);
    },
    insideIsGone: async () => {
      await Promise.all(
        insides.map(
          async (each) => each.exitCode ?? (await new Promise((resolve) => each.once('exit', resolve))),
        ),
      );
      expect(insides.map(({ exitCode }) => exitCode)).toEqual([0]);
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of insides) each.kill('SIGKILL');
      for (const line of lines) line.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

/** `errand-keeper inside`, its output in the pieces in which an engine sends it. */
function inside(binary: string, line: Socket): ChildProcess {
  const child = spawn(binary, ['inside']);
  line.on('data', (bytes: Buffer) => child.stdin.write(bytes));
  line.on('close', () => child.stdin.end());
  child.stdin.on('error', () => undefined);
  for (const [stream, output] of [
    [1, child.stdout],
    [2, child.stderr],
  ] as const) {
    output.on('data', (bytes: Buffer) => {
      const head = Buffer.alloc(8);
      head[0] = stream;
      head.writeUInt32BE(bytes.length, 4);
      line.write(Buffer.concat([head, bytes]));
    });
  }
  child.on('exit', () => line.end());
  return child;
}

function answer(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

async function endOf(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => (stdout += bytes.toString('latin1')));
  child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString('latin1')));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...how) => resolve(how)),
  );
  return { code, signal, stdout, stderr };
}
