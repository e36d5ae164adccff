import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Handle, Observation, SessionSpec } from '@errand/core';
import { aSessionSpec, runProviderSuite } from '@errand/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { systemClock } from '../../system/system-clock.ts';
import { DockerProvider } from './provider.ts';
import { docker, dockerEngine, makeImage } from './testing/docker-engine.ts';
import { watchdogOf } from './watchdog.ts';

const SOCKET = '/var/run/docker.sock';

const builds = fileURLToPath(new URL('../../../../keeper/builds/', import.meta.url));
const OWN = {
  keepers: (arch: string) => `${builds}errand-keeper-linux-${arch}`,
  agent: () => ({ id: 'agt_own', pool: 'local' }),
};

/** A provider with a folder of its own; whatever it has made under its tag ends with it. */
class DockerPlace implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'errand-docker-'));
  readonly tag = `test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  provider = this.open();
  #count = 0;

  open(socketPath: string = SOCKET): DockerProvider {
    return new DockerProvider({
      address: { socketPath },
      registries: {},
      folder: this.folder,
      clock: systemClock,
      unseal: (sealed) => `unsealed ${sealed}`,
      ...OWN,
      assets: async () => [],
    });
  }

  /** As a restart of the control plane. */
  async reopen(): Promise<void> {
    await this.provider[Symbol.asyncDispose]();
    this.provider = this.open();
  }

  request(spec: SessionSpec) {
    this.#count += 1;
    const sessionId = `ses_${this.tag}-${this.#count}`;
    const about = { sessionId, owner: 'acme/user-1', subdomain: 'brisk-otter', tag: this.tag };
    return { ...about, key: `${sessionId}-1`, spec, env: spec.env, leaseMs: 600_000 };
  }

  async untilKind(handle: Handle, ...kinds: readonly Observation['kind'][]): Promise<Observation> {
    for (;;) {
      const seen = await this.provider.inspect(handle);
      if (kinds.includes(seen.kind)) return seen;
      const onTheWay = seen.kind === 'pending' || (seen.kind === 'running' && kinds.includes('ended'));
      if (!onTheWay) throw new Error(`it is ${JSON.stringify(seen)}`);
      await sleep(20);
    }
  }

  async run(spec: SessionSpec) {
    const handle = await this.provider.launch(this.request(spec));
    const seen = await this.untilKind(handle, 'running');
    if (seen.kind !== 'running') throw new Error('does not run');
    const [id = ''] = docker(
      'ps',
      '-q',
      '--no-trunc',
      '--filter',
      `label=errand.launch=${String(handle.data['launch'])}`,
    ).split('\n');
    return { handle, seen, id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { handle } of await this.provider.list(this.tag))
      while ((await this.provider.terminate(handle)) === 'pending') await sleep(20);
    await this.provider[Symbol.asyncDispose]();
    for (const dog of [this.folder, join(this.folder, 'far')].map(watchdogOf))
      if (dog !== null) process.kill(dog);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

requires(dockerEngine)('the docker provider', () => {
  let image: ReturnType<typeof makeImage>;
  const specOf = (change: Partial<SessionSpec> = {}) =>
    aSessionSpec({ provider: 'docker', image: image.name, ...change });
  beforeAll(() => {
    image = makeImage();
  });
  afterAll(() => image[Symbol.dispose]());

  runProviderSuite('docker', async () => {
    const place = new DockerPlace();
    const spec = specOf({ ports: [{ port: 80, bind: null, range: [40_000, 65_000] }] });
    return {
      provider: place.provider,
      spec,
      wrong: { spec: { ...spec, image: null }, field: 'image' },
      pause: () => sleep(50),
      kill: async ({ data }: Handle) => {
        docker('kill', docker('ps', '-q', '--filter', `label=errand.launch=${String(data['launch'])}`));
      },
      deadMan: { leaseMs: 3_000, pauses: 120 },
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  });

  describe('what was asked for', () => {
    it('reaches the engine, and what was not asked for is as the image has it', async () => {
      await using place = new DockerPlace();
      const { id } = await place.run(
        specOf({
          cpus: 0.5,
          memoryBytes: 64 * 1024 * 1024,
          env: { GREETING: 'a b=c' },
          sealedEnv: { SECRET: 'x' },
          volumes: [{ name: 'data', path: '/data' }],
          options: { user: '1000:1000', readOnlyRoot: true, capDrop: ['ALL'], tmpfs: ['/tmp'], pids: 50 },
        }),
      );
      const [made] = JSON.parse(docker('inspect', id)) as [{ HostConfig: unknown }];
      expect(made.HostConfig).toMatchObject({
        NanoCpus: 5e8,
        Memory: 67_108_864,
        MemorySwap: 67_108_864,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 50,
        Binds: null,
        Privileged: false,
      });
      const told = docker(
        'exec',
        id,
        'sh',
        '-c',
        'id -u; echo "$GREETING, $SECRET"; touch /x || echo no; touch /tmp/x && echo yes',
      );
      expect(told.split('\n')).toEqual(['1000', 'a b=c, unsealed x', 'no', 'yes']);
      const plain = await place.run(specOf());
      const [asIs] = JSON.parse(docker('inspect', plain.id)) as [unknown];
      expect(asIs).toMatchObject({
        Config: { User: '' },
        HostConfig: { ReadonlyRootfs: false, CapDrop: null },
      });
    });

    it.each([
      [{ options: { user: 7 } }, 'options.user'],
      [{ options: { privileged: true } }, 'options'],
      [{ memoryBytes: 1_000 }, 'memory'],
      [{ size: 't3.large' }, 'size'],
      [{ pool: 'lab' }, 'pool'],
      [{ volumes: [{ name: 'a', path: '/' }] }, 'volumes'],
    ] as const)('%j cannot be, and is said to be wrong at %s', (change, field) => {
      const place = new DockerProvider({
        address: { socketPath: SOCKET },
        registries: {},
        folder: mkdtempSync(join(tmpdir(), 'errand-docker-')),
        clock: systemClock,
        unseal: String,
        ...OWN,
        assets: async () => [],
      });
      expect(place.problems(specOf(change as Partial<SessionSpec>))).toMatchObject([{ field }]);
    });
  });

  describe('health by command', () => {
    const check = (argv: readonly string[], timeoutMs = 5_000) =>
      specOf({ health: { check: { kind: 'command', argv }, intervalMs: 100, timeoutMs } });

    it('is what the command says in the container, and nothing of it is left when it takes too long', async () => {
      await using place = new DockerPlace();
      const ready = await place.run(check(['test', '-e', '/tmp/ready']));
      expect(ready.seen).toMatchObject({ health: { kind: 'not_yet', why: 'test exited 1' } });
      docker('exec', ready.id, 'touch', '/tmp/ready');
      expect(await place.provider.inspect(ready.handle)).toMatchObject({ health: { kind: 'ok' } });
      const slow = await place.run(check(['sleep', '4321'], 300));
      expect(slow.seen).toMatchObject({ health: { kind: 'not_yet' } });
      expect(docker('exec', slow.id, 'busybox', 'ps')).not.toContain('4321');
    });
  });

  describe('an engine elsewhere', () => {
    it('has containers that end by themselves when nobody renews them, and not before', async () => {
      await using place = new DockerPlace();
      await using far = await farEngine();
      await using provider = new DockerProvider({
        address: far.address,
        registries: {},
        folder: join(place.folder, 'far'),
        clock: systemClock,
        unseal: String,
        assets: async () => [],
        ...OWN,
      });
      const limits = { ...specOf().limits, leaseMs: 3_000 };
      const command = { kind: 'shell', text: 'trap "exit 9" TERM; while :; do sleep 1; done' } as const;
      const handle = await provider.launch({ ...place.request(specOf({ limits, command })), leaseMs: 3_000 });
      const sight = async () => (await provider.inspect(handle)).kind;
      while ((await sight()) === 'pending') await sleep(20);
      for (let renewals = 0; renewals < 5; renewals += 1) {
        await provider.renew(handle, 3_000);
        await sleep(1_000);
      }
      expect(await provider.inspect(handle)).toMatchObject({ kind: 'running' });
      // It would end them, too; each renewal sees to it that it is there.
      const dog = watchdogOf(join(place.folder, 'far'));
      if (dog !== null) process.kill(dog);
      while ((await sight()) === 'running') await sleep(50);
      expect(await provider.inspect(handle)).toMatchObject({ kind: 'ended', reason: { code: 124 } });
    });
  });

  describe('volumes', () => {
    it('are kept over stop and start, shared by the sessions of one owner, and gone with the last', async () => {
      await using place = new DockerPlace();
      const { provider } = place;
      const spec = specOf({ volumes: [{ name: 'data', path: '/data' }] });
      const one = await place.run(spec);
      docker('exec', one.id, 'sh', '-c', 'echo kept > /data/file; echo too > /file');
      while ((await provider.stop(one.handle)) === 'pending') await sleep(50);
      const again = { ...place.request(spec), key: `${String(one.handle.data['launch'])}b` };
      expect(await provider.start(one.handle, again)).toEqual(one.handle);
      await place.untilKind(one.handle, 'running');
      expect(docker('exec', one.id, 'cat', '/data/file', '/file')).toBe('kept\ntoo');
      expect(await provider.find(again)).toEqual(one.handle);
      const two = await place.run(spec);
      expect(docker('exec', two.id, 'cat', '/data/file')).toBe('kept');
      while ((await provider.terminate(one.handle)) === 'pending') await sleep(50);
      expect(docker('exec', two.id, 'cat', '/data/file')).toBe('kept');
      while ((await provider.terminate(two.handle)) === 'pending') await sleep(50);
      expect(docker('volume', 'ls', '-q', '--filter', `label=errand.tag=${place.tag}`)).toBe('');
    });
  });

  describe('ports', () => {
    const SERVE = ['/bin/sh', '-c', 'echo hello > /www/index.html; exec httpd -f -p 80 -h /www'];
    const serving = () =>
      specOf({
        command: { kind: 'argv', argv: SERVE },
        ports: [{ port: 80, bind: null, range: [40_000, 65_000] }],
      });

    async function read(outerPort: number | undefined): Promise<string> {
      for (let look = 0; ; look += 1) {
        try {
          return await (await fetch(`http://127.0.0.1:${outerPort}/`)).text();
        } catch (error) {
          if (look > 100) throw error;
          await sleep(50);
        }
      }
    }

    it('are reached through a relay, count as use, and are the same after a restart of the control plane', async () => {
      await using place = new DockerPlace();
      const { handle, seen } = await place.run(serving());
      const [address] = seen.kind === 'running' ? seen.ports : [];
      expect(address).toMatchObject({ port: 80, host: '127.0.0.1' });
      expect(address?.outerPort).toBeGreaterThanOrEqual(40_000);
      expect(seen.kind === 'running' && seen.use.trafficAt).toBeNull();
      expect(await read(address?.outerPort)).toBe('hello\n');
      const used = await place.provider.inspect(handle);
      expect(used.kind === 'running' && used.use.trafficAt).toBeGreaterThan(0);
      await place.reopen();
      expect(await read(address?.outerPort)).toBe('hello\n');
      expect(await place.provider.inspect(handle)).toMatchObject({ ports: [address] });
    });

    it('differ between sessions that are made at once, and a range that is full says so', async () => {
      await using place = new DockerPlace();
      const from = 41_000 + (process.pid % 1_000) * 10;
      const ports = [{ port: 80, bind: null, range: [from, from + 3] as const }];
      const tries = await Promise.allSettled(
        Array.from({ length: 6 }, () => place.provider.launch(place.request(specOf({ ports })))),
      );
      const made = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const outer = await Promise.all(
        made.map(async (handle) => {
          const seen = await place.untilKind(handle, 'running');
          return seen.kind === 'running' ? seen.ports[0]?.outerPort : undefined;
        }),
      );
      expect(new Set(outer).size).toBe(made.length);
      const [refused] = tries.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect(refused).toMatchObject({
        kind: 'capacity',
        message: expect.stringContaining(`between ${from} and`),
      });
    });
  });

  describe('what goes wrong', () => {
    it('an image that is not there is said to be, and nothing is left', async () => {
      await using place = new DockerPlace();
      const handle = await place.provider.launch(place.request(specOf({ image: 'errand-test:nowhere' })));
      await expect(place.untilKind(handle, 'running')).rejects.toThrow('errand-test:nowhere');
      expect(await place.provider.terminate(handle)).toBe('done');
      expect(await place.provider.list(place.tag)).toEqual([]);
    });

    it('a command that is not there is said to be', async () => {
      await using place = new DockerPlace();
      const command = { kind: 'argv', argv: ['/nowhere'] } as const;
      const handle = await place.provider.launch(place.request(specOf({ command })));
      await expect(place.untilKind(handle, 'running')).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining('/nowhere'),
      });
    });

    it('memory that runs out is told from an exit', async () => {
      await using place = new DockerPlace();
      const eat = (shell: string) => ({
        command: { kind: 'shell', text: shell } as const,
        memoryBytes: 16_777_216,
      });
      const greedy = await place.provider.launch(
        place.request(
          specOf(eat('x=$(dd if=/dev/zero bs=1M count=200 | tr "\\0" x); echo $x | cat > /dev/null')),
        ),
      );
      expect(await place.untilKind(greedy, 'ended')).toMatchObject({ reason: { kind: 'out_of_memory' } });
      const plain = await place.provider.launch(place.request(specOf(eat('exit 7'))));
      expect(await place.untilKind(plain, 'ended')).toEqual({
        kind: 'ended',
        reason: { kind: 'exited', code: 7, signal: null },
      });
    });

    it('an engine that is not there is said to be', async () => {
      await using place = new DockerPlace();
      await using other = place.open(join(place.folder, 'no.sock'));
      await expect(other.launch(place.request(specOf()))).rejects.toMatchObject({
        kind: 'transient',
        message: expect.stringContaining('no Docker engine answers at'),
      });
    });
  });

  it('goes on after a restart with what was being made', async () => {
    await using place = new DockerPlace();
    const request = place.request(specOf({ image: 'errand-test:later' }));
    const handle = await place.provider.launch(request);
    await place.provider[Symbol.asyncDispose]();
    docker('tag', image.name, 'errand-test:later');
    try {
      await place.reopen();
      expect(await place.provider.list(place.tag)).toMatchObject([{ key: request.key, state: 'running' }]);
      await place.untilKind(handle, 'running');
      expect(await place.provider.list(place.tag)).toHaveLength(1);
    } finally {
      docker('rmi', 'errand-test:later');
    }
  });
});

/** The engine of this machine behind an address. */
async function farEngine() {
  const server = createServer((near) => {
    const engine = connect(SOCKET);
    near.pipe(engine).pipe(near);
    for (const socket of [near, engine])
      socket.on('error', () => [near, engine].map((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose](): Promise<void> {
      server.close();
    },
  };
}
