import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alive, Kept, nap, untilTrue, type Variant } from './kept.ts';

/**
 * Process trees that try to outlive their command. `N` stands for a duration that only this test uses; the last
 * command of each is `HOLD`, which ends at once or sleeps.
 */
export const nastyTrees: Readonly<Record<string, string>> = {
  'a child in the background': 'sleep N & HOLD',
  'a double fork': '( ( sleep N & ) & ); HOLD',
  'a session of its own': 'setsid sleep N & HOLD',
  nohup: 'nohup sleep N >/dev/null 2>&1 & HOLD',
  'a session with an empty environment': 'env -i setsid sleep N & HOLD',
  'an ignored TERM': '(trap "" TERM; sleep N; sleep N) & HOLD',
  'a daemon that ignores TERM, INT, HUP and QUIT': `setsid sh -c 'trap "" TERM INT HUP QUIT; while :; do sleep N; done' & HOLD`,
  'a stopped child': 'sleep N & kill -STOP $!; HOLD',
  'a stopped session leader': `setsid sh -c 'kill -STOP $$; sleep N' & HOLD`,
  'a writer that never ends': '(while :; do echo N; sleep 0.01; done) & HOLD',
  'a flood that never ends': 'yes N & HOLD',
  'a chain of forks': 'sh FOLDER/chain.sh N 3000 & HOLD',
  'a burst of forks':
    'for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4; do setsid sleep N & done) & done; HOLD',
  'a daemon that closed all its descriptors': `setsid sh -c 'cd /; exec <&- >&- 2>&-; exec sleep N' & HOLD`,
  'a chain of execs': `sh -c 'exec sh -c "exec env -i sh -c \\"exec sleep N\\""' & HOLD`,
  'a child of a subshell': '(sleep N &); HOLD',
  'orphans of a killed parent': `sh -c 'sleep N & setsid sleep N & kill -9 $$' & wait; HOLD`,
  'a pipeline in the background': 'sleep N | sleep N | (sleep N; cat) & HOLD',
  'groups of job control': `sh -mc 'sleep N & sleep N & wait' & HOLD`,
  'a supervisor that starts its child again on TERM': `sh -c 'trap "sleep N &" TERM; while :; do sleep N & wait; done' & HOLD`,
  'sessions in sessions': `setsid sh -c 'setsid sh -c "setsid sleep N & sleep N" & sleep N' & HOLD`,
};

/** Every nasty tree is gone when its run has ended, whoever runs the keeper. */
export function treeFixtures(title: string, variant: () => Variant): void {
  describe(title, () => {
    let kept: Kept;
    beforeAll(async () => {
      kept = await Kept.start(variant());
      // Each link starts the next and dies. The count bounds it where the keeper fails.
      const chain = '[ $2 -gt 0 ] || exit 0\nsleep 0.01\nsh "$0" "$1" $(($2 - 1)) &\n';
      writeFileSync(join(kept.folder, 'chain.sh'), chain);
    }, 120_000);
    afterAll(async () => kept[Symbol.asyncDispose]());

    describe.concurrent('', () => {
      for (const [name, script] of Object.entries(nastyTrees)) {
        it(`leaves nothing of ${name} when the command ends`, async () => {
          const sleep = nap();
          const { end } = await kept.sh(fill(script, kept, sleep, 'exit 3'), {
            capBytes: 10_000,
            graceMs: 200,
          });
          expect(end).toMatchObject({ how: { kind: 'exited', code: 3 }, left: 0, cause: undefined });
          expect(alive(sleep)).toEqual([]);
        });

        it(`leaves nothing of ${name} when the run is cancelled`, async () => {
          const sleep = nap();
          const ready = join(kept.folder, `${sleep}.ready`);
          const hold = `: > ${ready}; while :; do sleep ${sleep}; done`;
          const argv = ['/bin/sh', '-c', fill(script, kept, sleep, hold)];
          const { id, outcome } = await kept.start({ argv, capBytes: 10_000 });
          await untilTrue(() => existsSync(ready));
          kept.client.kill(id, { signal: 15, graceMs: 200, cause: 'canceled' });
          expect((await outcome).end).toMatchObject({ cause: 'canceled', left: 0 });
          expect(alive(sleep)).toEqual([]);
        });
      }
    });
  });
}

function fill(script: string, kept: Kept, sleep: string, hold: string): string {
  return script
    .replaceAll('HOLD', () => hold)
    .replaceAll('FOLDER', kept.folder)
    .replace(/\bN\b/g, sleep);
}
