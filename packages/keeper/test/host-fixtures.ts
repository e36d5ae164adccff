import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, Kept, type Outcome, untilTrue, type Variant } from './kept.ts';

/** Answers each call by what its variable DO says; the text of the messages is all it looks at. */
const PROGRAM = `
const { spawn } = require('node:child_process');
const control = new (require('node:net').Socket)({ fd: 3 });
const end = (status) => control.write(Buffer.of(status));
const DEEDS = {
  speak: () => { console.log('out'); console.error('err'); end(7); },
  inherit: () => spawn('/bin/sh', ['-c', 'echo child; echo loud > /dev/stderr'], { stdio: 'inherit' }).on('exit', () => end(0)),
  die: () => process.kill(process.pid, 'SIGTERM'),
  exit: () => process.exit(4),
  leave: () => { const left = spawn('setsid', ['sleep', '1000'], { detached: true, stdio: 'ignore' }); console.log(left.pid); end(0); },
  wait: () => console.log('waits'),
  flood: () => { for (let i = 0; i < 500; i += 1) process.stdout.write('x'.repeat(9999) + '\\n'); end(0); },
};
control.on('data', (bytes) => {
  const deed = /DO=(\\w+)/.exec(bytes.toString('latin1'))?.[1];
  if (deed === undefined) { console.log('asked to end'); end(9); }
  else DEEDS[deed]();
});
control.on('close', () => process.exit());
`;

/** What a host of a warm program, and a call of it, must do in every build. */
export function hostFixtures(title: string, variant: () => Variant): void {
  describe(title, () => {
    let kept: Kept;
    let socket: string;
    beforeAll(async () => {
      kept = await Kept.start(variant());
    }, 120_000);
    afterAll(async () => kept[Symbol.asyncDispose]());

    const host = async (
      name: string,
      idle = 60_000,
    ): Promise<{ prefix: string; outcome: Promise<Outcome> }> => {
      socket = join(kept.folder, name);
      const program = [process.execPath, '-e', PROGRAM];
      const made = await kept.start({
        argv: [kept.variant.binary, 'host', socket, String(idle), ...program],
      });
      await kept.untilLog(made.prefix, 'ready');
      return made;
    };
    // The sanitizers' look for leaks at the end of a process hangs where a signal comes in the middle of it.
    const call = (deed: string): ReturnType<Kept['start']> =>
      kept.start({
        argv: [kept.variant.binary, 'call', socket],
        env: [`DO=${deed}`, 'ASAN_OPTIONS=detect_leaks=0'],
      });
    const ended = async (deed: string): Promise<Outcome> => (await call(deed)).outcome;

    it('gives a call its own streams, status and messages, one after the other', async () => {
      await host('warm');
      expect(await ended('speak')).toMatchObject({
        stdout: 'out\n',
        stderr: 'err\n',
        end: { how: { kind: 'exited', code: 7 } },
      });
      expect(await ended('inherit')).toMatchObject({
        stdout: 'child\n',
        stderr: 'loud\n',
        end: { how: { code: 0 } },
      });
      expect((await ended('flood')).log.length).toBe(5_000_000);
      expect(existsSync(socket)).toBe(true);
    });

    it('passes the wish to end on, sends a second caller away, and ends when its caller is killed', async () => {
      const { outcome } = await host('busy');
      const first = await call('wait');
      await kept.untilLog(first.prefix, 'waits');
      expect(await ended('speak')).toMatchObject({ stdout: '', end: { how: { kind: 'exited', code: 125 } } });
      kept.client.kill(first.id, { signal: 15, graceMs: 30_000, cause: 'canceled' });
      expect(await first.outcome).toMatchObject({
        stdout: 'waits\nasked to end\n',
        end: { how: { kind: 'exited', code: 9 }, cause: 'canceled' },
      });
      const second = await call('wait');
      await kept.untilLog(second.prefix, 'waits');
      kept.client.kill(second.id, { signal: 9, graceMs: 0, cause: 'canceled' });
      expect((await second.outcome).end.how).toEqual({ kind: 'signaled', signal: 9 });
      expect((await outcome).end).toMatchObject({ how: { kind: 'exited', code: 1 }, left: 0 });
    });

    it('ends a call as its program ended, and says so', async () => {
      await host('dying');
      const died = await ended('die');
      expect(died.end.how).toEqual({ kind: 'signaled', signal: 15 });
      expect(died.stderr).toContain('(signal 15)');
      expect(existsSync(socket)).toBe(false);
      await host('exiting');
      expect(await ended('exit')).toMatchObject({
        end: { how: { kind: 'exited', code: 4 } },
        stderr: expect.stringContaining('exit status 4'),
      });
      const nobody = await ended('speak');
      expect(nobody).toMatchObject({
        end: { how: { code: 125 } },
        stderr: expect.stringContaining('is gone'),
      });
    });

    it('goes with what a call has left behind, before that call is answered as far as the socket tells', async () => {
      const { outcome } = await host('leaving');
      const { stdout, end } = await ended('leave');
      expect(end.how).toEqual({ kind: 'exited', code: 0 });
      expect(existsSync(socket)).toBe(false);
      expect((await outcome).end.left).toBe(0);
      await untilTrue(() => !isAlive(Number(stdout)));
    });

    it('ends by itself when nobody calls', async () => {
      const { outcome } = await host('idle', 300);
      expect((await outcome).end.how).toEqual({ kind: 'exited', code: 0 });
      expect(existsSync(socket)).toBe(false);
    });
  });
}
