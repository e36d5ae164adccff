import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { TestPlace } from '../test/place.ts';
import { isAlive, pidsIn } from '../test/processes.ts';

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(() => place[Symbol.asyncDispose]());

const ended = (run: TestRun) => plane.until(() => run.end !== undefined, 'its end');
const sh = (text: string, more = {}) => plane.submit(['/bin/sh', '-c', text], more);
const says = (run: TestRun, text: string) =>
  plane.until(() => plane.logOf(run).includes(text), `the command to say ${text}`);

/** Three processes that a signal to the command's group does not reach all of; prints their pids. */
const FAMILY = `setsid sleep 300 & echo $!; env -i setsid sleep 300 & echo $!;
  (trap "" TERM INT; while :; do sleep 1; done) & echo $!; echo $$; echo ready; wait`;

describe('canceling an attempt', () => {
  it('ends the whole tree, with those that left the session or ignore the signal', async () => {
    await place.agent(plane).start();
    const run = sh(FAMILY);
    await says(run, 'ready');
    plane.cancel(run);
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'canceled' });
    const pids = pidsIn(plane.logOf(run));
    expect(pids.length).toBe(4);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('sends the signal that was asked for, and a second order kills at once', async () => {
    await place.agent(plane).start();
    const run = sh('trap "echo got INT" INT; echo ready; while :; do sleep 0.05; done', { graceMs: 600_000 });
    await says(run, 'ready');
    plane.cancel(run, false, 'INT');
    await says(run, 'got INT');
    plane.cancel(run, true);
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'canceled' });
  });

  it('hangs up the terminal of a shell, which ignores TERM and INT, in place of waiting for the kill', async () => {
    await place.agent(plane).start();
    const terminal = { tty: { rows: 24, columns: 80 }, env: { PS1: 'ready> ' }, graceMs: 600_000 };
    const hungUp = async (signal: 'TERM' | 'INT'): Promise<void> => {
      const run = plane.submit(['/bin/sh', '-i'], terminal);
      await says(run, 'ready>');
      plane.cancel(run, false, signal);
      await ended(run);
      expect(run.end?.reason).toEqual({ kind: 'canceled' });
    };
    await Promise.all([hungUp('TERM'), hungUp('INT')]);
  });

  it('leaves what hears TERM in a terminal the time to end by itself', async () => {
    await place.agent(plane).start();
    const script = `trap 'sleep 0.5; echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.1; done`;
    const run = plane.submit(['/bin/sh', '-c', script], { tty: { rows: 24, columns: 80 }, graceMs: 600_000 });
    await says(run, 'ready');
    plane.cancel(run, false, 'TERM');
    await ended(run);
    expect(plane.logOf(run).toString()).toContain('tidied');
  });

  it('executes nothing when the order is there before the command is', async () => {
    await place.agent(plane).start();
    let held = true;
    plane.fault = (call) => (call === 'starting' && held ? 'answer' : 'none');
    const run = sh('echo executed');
    await plane.until(() => run.facts.length > 0, 'the question at the door');
    plane.cancel(run);
    await plane.until(() => plane.cancels > 0, 'the order to be given');
    held = false;
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'canceled' });
    expect(run.size).toBe(0);
  });

  it('leaves its true end to a command that ended before the order came', async () => {
    await place.agent(plane).start();
    let cut = false;
    plane.fault = (call) => (cut && (call === 'poll' || call === 'ended') ? 'request' : 'none');
    const run = sh('echo ready; sleep 0.3; exit 5');
    await says(run, 'ready');
    cut = true;
    plane.cancel(run);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    cut = false;
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 5 });
  });
});

describe('an attempt', () => {
  it('ends with its whole tree when its time is up', async () => {
    await place.agent(plane).start();
    const run = sh(FAMILY, { timeoutMs: 500 });
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'timed_out', phase: 'run' });
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
  });

  it('ends its tree and says nothing more when another attempt has its run', async () => {
    await place.agent(plane).start();
    const run = sh(FAMILY);
    await says(run, 'ready');
    const pids = pidsIn(plane.logOf(run));
    const facts = run.facts.filter((fact) => fact !== 'started');
    plane.supersede(run);
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    expect(pids.filter(isAlive)).toEqual([]);
    expect(run.facts.filter((fact) => fact !== 'started')).toEqual(facts);
    expect(run.end).toBeUndefined();
  });

  it('is not executed when its run was given to another at the door', async () => {
    await place.agent(plane).start();
    let held = true;
    plane.fault = (call) => (call === 'starting' && held ? 'request' : 'none');
    const run = sh(`echo x > ${place.folder}/executed`);
    await plane.until(() => run.state === 'leased', 'a lease');
    plane.supersede(run);
    held = false;
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    expect(run.facts).toEqual([]);
  });

  it('is refused with a sentence where its session does not run here', async () => {
    await place.agent(plane).start();
    const run = sh('true', { session: 'ses_elsewhere' });
    await ended(run);
    expect(run.end?.reason).toMatchObject({ kind: 'refused', why: expect.stringContaining('its session') });
    expect(place.spool).toEqual([]);
  });

  it('reports `started` with its time when the command does not end at once', async () => {
    await place.agent(plane).start();
    const before = Date.now();
    const run = sh('echo ready; sleep 300');
    await plane.until(() => run.startedAt !== undefined, '`started`');
    expect(run.startedAt).toBeGreaterThanOrEqual(before);
    expect(run.startedAt).toBeLessThanOrEqual(Date.now());
    plane.cancel(run, true);
    await ended(run);
  });

  it('is lost, and its tree is ended, when its keeper is killed', async () => {
    await place.agent(plane).start();
    const run = sh(FAMILY);
    await says(run, 'ready');
    const [keeper] = await place.keepers();
    process.kill(keeper ?? 0, 'SIGKILL');
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'lost' });
    expect(run.end?.log).toMatchObject({ bytes: run.size, truncated: { dropped: 0, why: 'lost' } });
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
    const next = sh('echo the next keeper');
    await ended(next);
    expect(next.end?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it.each([1, 2, 3, 4])('comes through a link that loses calls and answers (seed %i)', async (seed) => {
    const random = mulberry32(seed);
    plane.fault = () => (random() < 0.15 ? 'request' : random() < 0.15 ? 'answer' : 'none');
    plane.appendBytes = 1_000;
    await place.agent(plane).start();
    const runs = Array.from({ length: 6 }, (_, i) =>
      sh(
        `echo x >> ${place.folder}/count-${i}; i=0; while [ $i -lt 600 ]; do echo line $i; i=$((i+1)); done; exit ${i}`,
      ),
    );
    await plane.until(() => runs.every((run) => run.end !== undefined), 'all ends', 60_000);
    plane.fault = () => 'none';
    const expected = Array.from({ length: 600 }, (_, i) => `line ${i}\n`).join('');
    for (const [i, run] of runs.entries()) {
      expect(run.end?.reason).toEqual({ kind: 'exited', code: i });
      expect(plane.logOf(run).toString()).toBe(expected);
      expect(place.read(`count-${i}`)).toBe('x\n');
    }
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });
});

/** A small random number generator with a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
