import { describe, expect, it } from 'vitest';
import type { LaunchRequest, Observation, Provider } from '../ports/provider.ts';
import type { Handle, SessionSpec } from '../session/record.ts';

/** A provider with what the suite needs around it. */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly provider: Provider;
  /** The smallest thing that it can make and that stays until it is ended. */
  readonly spec: SessionSpec;
  /** A spec that it must refuse, and the field that is wrong. */
  readonly wrong: { readonly spec: SessionSpec; readonly field: string };
  /** Lets time pass: as long as the provider may need for its next step. */
  readonly pause: () => Promise<void>;
  /** Ends the compute behind the provider's back, as a crash would. */
  readonly kill: (handle: Handle) => Promise<void>;
  /**
   * A lease short enough to wait for, and the pauses after which it has surely ended something. 'itself': the spec makes something that soon ends by
   * itself, and no lease changes that (`capabilities.endsItselfMs`).
   */
  readonly deadMan: { readonly leaseMs: number; readonly pauses: number } | 'itself';
  /** How many disks there are of it, where `capabilities.deletesVolumes` says that a stop can delete them. */
  readonly disks?: (handle: Handle) => Promise<number>;
  readonly env?: Readonly<Record<string, string>>;
}

/** How often a case looks before it gives up. */
const LOOKS = 600;
const LONG_MS = 600_000;

/** What every provider does; each case speaks of a sentence of the port. `open` gives one with nothing made. */
export function runProviderSuite(name: string, open: () => Promise<ProviderUnderTest>): void {
  describe(`provider: ${name}`, () => {
    it('makes one thing for a key, however often it is asked, and finds it by its tag', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const [one, two] = await Promise.all([provider.launch(request), provider.launch(request)]);
      await untilKind(place, one, 'running');
      const three = await provider.launch({ ...request, leaseMs: LONG_MS });
      expect([two, three]).toEqual([one, one]);
      await listedAs(place, request, one);
      await end(place, one);
    });

    it('shows what it has made, or has it end by itself', async () => {
      await using place = await open();
      const { provider } = place;
      expect('list' in provider).toBe(provider.capabilities.endsItselfMs === undefined);
    });

    it('finds what it made for a key, and nothing for a key that was never used', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await until(place, async () => (await provider.find(request)) !== null);
      expect(await provider.find(request)).toEqual(handle);
      expect(await provider.find({ ...request, key: `${request.sessionId}-9` })).toBeNull();
      await end(place, handle);
    });

    it('gives handles that survive being written down', async () => {
      await using place = await open();
      const handle = await place.provider.launch(aLaunch(place));
      const read = JSON.parse(JSON.stringify(handle)) as Handle;
      expect(read).toEqual(handle);
      await untilKind(place, read, 'running');
      await end(place, read);
    });

    it('says done of an end only when nothing is left', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await untilKind(place, handle, 'running');
      await end(place, handle);
      expect(await provider.inspect(handle)).toEqual({ kind: 'gone' });
      await untilListed(place, request.tag, 0);
    });

    it('ends what is still being made', async () => {
      await using place = await open();
      const request = aLaunch(place);
      const handle = await place.provider.launch(request);
      await end(place, handle);
      expect(await place.provider.inspect(handle)).toEqual({ kind: 'gone' });
      await untilListed(place, request.tag, 0);
    });

    it('takes what it does not know for gone', async () => {
      await using place = await open();
      const { provider } = place;
      const handle = await provider.launch(aLaunch(place));
      await end(place, handle);
      expect(await provider.inspect(handle)).toEqual({ kind: 'gone' });
      expect(await provider.terminate(handle)).toBe('done');
      expect(await provider.stop(handle)).toBe('done');
      await expect(provider.renew(handle, LONG_MS)).resolves.toBeUndefined();
    });

    it('stops it, keeps the rest, and starts it under a new key', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await untilKind(place, handle, 'running');
      await until(place, async () => (await provider.stop(handle)) === 'done');
      expect(await provider.stop(handle)).toBe('done');
      expect((await provider.inspect(handle)).kind).not.toBe('running');
      const again = { ...request, key: `${request.sessionId}-2` };
      const [started, repeated] = await Promise.all([
        provider.start(handle, again),
        provider.start(handle, again),
      ]);
      expect(repeated).toEqual(started);
      await untilKind(place, started, 'running');
      await untilListed(place, request.tag, 1);
      await end(place, started);
      await end(place, handle);
      await untilListed(place, request.tag, 0);
    });

    it('deletes the volumes of what it stops, where it can, and starts it with new ones', async () => {
      await using place = await open();
      const { provider, disks } = place;
      expect(disks !== undefined).toBe(provider.capabilities.deletesVolumes === true);
      if (disks === undefined) return;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await untilKind(place, handle, 'running');
      await until(place, async () => (await provider.stop(handle)) === 'done');
      expect(await disks(handle)).toBeGreaterThan(0);
      const stop = () => provider.stop(handle, { deleteVolumes: true });
      await until(place, async () => (await stop()) === 'done');
      expect([await disks(handle), await stop()]).toEqual([0, 'done']);
      const started = await provider.start(handle, { ...request, key: `${request.sessionId}-2` });
      await untilKind(place, started, 'running');
      expect(await disks(started)).toBeGreaterThan(0);
      await end(place, started);
      await end(place, handle);
      await untilListed(place, request.tag, 0);
    });

    it('starts it anew where what was kept is gone', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await end(place, handle);
      const started = await provider.start(handle, { ...request, key: `${request.sessionId}-2` });
      await untilKind(place, started, 'running');
      await end(place, started);
    });

    it('hints at what ended by itself, where it can tell', async () => {
      await using place = await open();
      const { provider } = place;
      const request = aLaunch(place);
      const handle = await provider.launch(request);
      await untilKind(place, handle, 'running');
      const hints: string[] = [];
      const stop = new AbortController();
      const watching = provider.watch?.(request.tag, (id) => void hints.push(id), stop.signal);
      // It hears of what happens from some time after the call on, and that is all there is to wait for.
      await place.pause();
      await place.kill(handle);
      if (watching !== undefined) await until(place, async () => hints.includes(request.sessionId));
      stop.abort();
      await watching;
      await end(place, handle);
    });

    it('sees that something ended without being asked to', async () => {
      await using place = await open();
      const handle = await place.provider.launch(aLaunch(place));
      await untilKind(place, handle, 'running');
      await place.kill(handle);
      await untilOver(place, handle);
      await end(place, handle);
    });

    it('ends it by itself when its lease is not renewed, and not while it is', async () => {
      await using place = await open();
      const { provider, deadMan } = place;
      const request = aLaunch(place);
      if (deadMan === 'itself') return await endsByItself(place, request);
      const handle = await provider.launch({ ...request, leaseMs: deadMan.leaseMs });
      await provider.renew(handle, LONG_MS);
      await untilKind(place, handle, 'running');
      for (let pause = 0; pause < deadMan.pauses; pause += 1) await place.pause();
      expect((await provider.inspect(handle)).kind).toBe('running');
      await end(place, handle);
      const other = await provider.launch({
        ...request,
        key: `${request.sessionId}-2`,
        leaseMs: deadMan.leaseMs,
      });
      await untilOver(place, other);
      await end(place, other);
    });

    it('says of a spec what is wrong with it', async () => {
      await using place = await open();
      expect(place.provider.problems(place.spec)).toEqual([]);
      const { spec, field } = place.wrong;
      expect(place.provider.problems(spec)).toMatchObject([{ field }]);
    });
  });
}

let launches = 0;

function aLaunch({ spec, env = {} }: ProviderUnderTest): LaunchRequest {
  launches += 1;
  const sessionId = `ses_${String(launches).padStart(6, '0')}`;
  return {
    key: `${sessionId}-1`,
    sessionId,
    owner: 'acme/user-1',
    subdomain: `brisk-otter${launches}`,
    tag: `suite-${launches}`,
    spec,
    env,
    leaseMs: LONG_MS,
  };
}

async function until(place: ProviderUnderTest, look: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (await look()) return;
    await place.pause();
  }
  expect.fail(`not so after ${LOOKS} looks`);
}

async function untilKind(place: ProviderUnderTest, handle: Handle, kind: Observation['kind']): Promise<void> {
  await until(place, async () => (await place.provider.inspect(handle)).kind === kind);
}

async function untilOver(place: ProviderUnderTest, handle: Handle): Promise<void> {
  await until(place, async () => {
    const { kind } = await place.provider.inspect(handle);
    return kind === 'ended' || kind === 'gone';
  });
}

/** A renewal changes nothing about it. */
async function endsByItself(place: ProviderUnderTest, request: LaunchRequest): Promise<void> {
  const handle = await place.provider.launch(request);
  await untilKind(place, handle, 'running');
  await place.provider.renew(handle, LONG_MS);
  await untilOver(place, handle);
  await end(place, handle);
}

/** Where it can be listed at all. */
async function untilListed(place: ProviderUnderTest, tag: string, count: number): Promise<void> {
  if (place.provider.list === undefined) return;
  await until(place, async () => (await place.provider.list?.(tag))?.length === count);
}

async function listedAs(place: ProviderUnderTest, request: LaunchRequest, handle: Handle): Promise<void> {
  const { key, sessionId, tag } = request;
  if (place.provider.list === undefined) return;
  await untilListed(place, tag, 1);
  expect(await place.provider.list(tag)).toMatchObject([{ key, sessionId, state: 'running', handle }]);
  expect(await place.provider.list('another-tag')).toEqual([]);
}

async function end(place: ProviderUnderTest, handle: Handle): Promise<void> {
  await until(place, async () => (await place.provider.terminate(handle)) === 'done');
}
