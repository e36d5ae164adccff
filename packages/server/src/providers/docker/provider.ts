import type {
  Clock,
  Files,
  Found,
  Handle,
  Health,
  LaunchRequest,
  Observation,
  OutputPiece,
  OutputWish,
  Provider,
  SessionAgent,
} from '@errand/core';
import type { ContainerInspectInfo } from 'dockerode';
import { type CommandHealth, checkCommand } from './command-health.ts';
import { containerFiles } from './container-files.ts';
import { outputOf } from './container-output.ts';
import { problems } from './docker-options.ts';
import { type EngineAddress, openEngine, urlOfEngine } from './engine.ts';
import { providerError, statusOf, unless } from './engine-error.ts';
import { KEEPER_FILE, KEEPER_FOLDER, type KeeperBuilds, KeeperVolume } from './keeper-volume.ts';
import { Leases } from './leases.ts';
import { list } from './list.ts';
import { type GatherAssets, Making } from './making.ts';
import {
  containerName,
  handleOf,
  keyOfName,
  LABELS,
  placeOf,
  placeOfLabels,
  placeOfRequest,
} from './names.ts';
import { ProcessorTimes } from './processor-times.ts';
import type { Registries } from './pull.ts';
import { Relays } from './relays.ts';
import { endOf, portsOf } from './sight.ts';
import { watchEnds } from './watch-ends.ts';
import { startWatchdog } from './watchdog.ts';

export interface DockerProviderParts {
  readonly address: EngineAddress;
  readonly registries: Registries;
  /** For leases, ports and the watchdog; belongs to this provider alone. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now' | 'steady'>;
  readonly unseal: (sealed: string) => string;
  readonly keepers: KeeperBuilds;
  /** The agent that reaches the engine as this provider does; null: there is none, and nothing runs in sessions. */
  readonly agent: () => { readonly id: string; readonly pool: string } | null;
  readonly assets: GatherAssets;
}

/** How long the main command has between TERM and KILL, in seconds. */
const GRACE_S = 10;

/**
 * Sessions as containers of a Docker engine. A container is stopped and started again as it is, files included. Closing the provider
 * closes the ports and gives up pulls; containers live on, and the next one goes on with all of it.
 */
export class DockerProvider implements Provider, AsyncDisposable {
  readonly name = 'docker';
  // What a call does it does at once; 20 s is how long it waits for the engine.
  readonly capabilities = {
    settleMs: 25_000,
    checksHealth: 'commands',
    runs: 'agent',
    inPool: false,
    forRun: { hold: true },
    atOnce: 20,
    placesFiles: true,
  } as const;
  readonly files: Files<Handle>;
  readonly #parts: DockerProviderParts;
  readonly #engine;
  readonly #leases: Leases;
  readonly #relays: Relays;
  readonly #making: Making;
  readonly #watchers = new Set<(sessionId: string) => void>();
  readonly #stopping = new Map<string, Promise<void>>();
  readonly #recovering: Promise<unknown>;
  /** Containers whose check by command has succeeded, and since when they ran then. */
  readonly #healthy = new Map<string, string>();
  readonly #processorTimes: ProcessorTimes;

  constructor(parts: DockerProviderParts) {
    this.#parts = parts;
    this.#engine = openEngine(parts.address);
    this.#processorTimes = new ProcessorTimes(this.#engine, parts.clock);
    this.#leases = new Leases(parts.folder);
    this.#relays = new Relays(parts.folder, () => parts.clock.now());
    const keeper = new KeeperVolume(this.#engine, parts.keepers);
    const ended = (sessionId: string): void => this.#watchers.forEach((changed) => changed(sessionId));
    this.#making = new Making({ ...parts, engine: this.#engine, keeper, ended });
    this.files = containerFiles({
      // Files take as long as they move.
      calls: this.#engine.pulls,
      containerOf: (handle) => this.#call('the container', () => this.#container(placeOf(handle).launch)),
      folder: parts.folder,
    });
    this.#recovering = this.#recover();
  }

  problems(spec: LaunchRequest['spec']): ReturnType<Provider['problems']> {
    return problems(spec, !('socketPath' in this.#parts.address));
  }

  cost(): null {
    return null;
  }

  async launch(request: LaunchRequest): Promise<Handle> {
    return await this.#call(`the session ${request.sessionId}`, async () => {
      const { env: _env, leaseMs, ...plan } = request;
      const place = placeOfRequest(request);
      const seen = await this.#container(place.launch);
      if (seen === null) await this.#relays.open(place.launch, request.spec.ports);
      this.#watch(place.launch, leaseMs);
      if (seen !== null) return handleOf(place);
      await this.#making.note(plan);
      this.#making.begin(plan);
      return handleOf(place);
    });
  }

  async start(kept: Handle, request: LaunchRequest): Promise<Handle> {
    const { launch } = placeOf(kept);
    const seen = await this.#call('the container', () => this.#container(launch));
    if (seen === null) {
      await this.#call('the container', () => this.#making.cancel(launch));
      return await this.launch(request);
    }
    return await this.#call('the container', async () => {
      this.#watch(launch, request.leaseMs);
      // It has the name once it was started under it: a repeat must not start what has ended since.
      if (seen.Name === `/${containerName(request.key)}`) return kept;
      await this.#relays.open(launch, request.spec.ports);
      const container = this.#engine.calls.getContainer(seen.Id);
      await unless(container.start(), 304);
      await this.#rename(seen.Id, containerName(request.key));
      return kept;
    });
  }

  async watch(tag: string, changed: (sessionId: string) => void, signal: AbortSignal): Promise<void> {
    this.#watchers.add(changed);
    await watchEnds(this.#engine.pulls, tag, { changed, signal });
    this.#watchers.delete(changed);
  }

  async find({ key }: Pick<LaunchRequest, 'key'>): Promise<Handle | null> {
    return await this.#call('the container', async () => {
      const name = containerName(key);
      const seen = await unless(this.#engine.calls.getContainer(name).inspect(), 404);
      if (seen !== null) return handleOf(placeOfLabels(seen.Config.Labels));
      const note = await this.#making.noted(key);
      return note === null ? null : handleOf(placeOfRequest(note));
    });
  }

  async inspect(handle: Handle): Promise<Observation> {
    const { launch } = placeOf(handle);
    return await this.#call('the container', () => this.#inspect(launch));
  }

  async renew(handle: Handle, leaseMs: number): Promise<void> {
    const { launch } = placeOf(handle);
    // Of what is gone no lease may be left, or the watchdog would never end.
    if (this.#making.underWay(launch) !== null) return this.#watch(launch, leaseMs);
    const seen = await this.#call('the container', () => this.#container(launch));
    if (seen === null) return;
    this.#watch(launch, leaseMs);
    if (seen.State.Running) await this.#call('the container', () => this.#renewInside(seen.Id, leaseMs));
  }

  /** Where the engine is elsewhere, the container itself counts. */
  async #renewInside(id: string, leaseMs: number): Promise<void> {
    if ('socketPath' in this.#parts.address) return;
    const Cmd = [`${KEEPER_FOLDER}/${KEEPER_FILE}`, 'renew', String(Math.ceil(leaseMs / 1_000))];
    const exec = await this.#engine.calls.getContainer(id).exec({ Cmd });
    await exec.start({ Detach: true });
  }

  async stop(handle: Handle): Promise<'done' | 'pending'> {
    const { launch } = placeOf(handle);
    return await this.#call('the container', async () => {
      await this.#making.cancel(launch);
      const seen = await this.#container(launch);
      if (seen !== null && seen.State.Status === 'created')
        await unless(this.#engine.calls.getContainer(seen.Id).remove({ force: true }), 404);
      if (seen !== null && (seen.State.Running || seen.State.Paused)) {
        this.#stopBehind(seen.Id);
        return 'pending';
      }
      await this.#relays.close(launch);
      this.#leases.remove(launch);
      return 'done';
    });
  }

  async terminate(handle: Handle): Promise<'done' | 'pending'> {
    const { launch, volumes } = placeOf(handle);
    return await this.#call('the container', async () => {
      await this.#making.cancel(launch);
      const seen = await this.#container(launch);
      if (seen !== null) {
        await unless(this.#engine.calls.getContainer(seen.Id).remove({ force: true, v: true }), 404, 409);
        if ((await this.#container(launch)) !== null) return 'pending';
      }
      // 409: a container of another session of this owner has it, and removes it when it is the last.
      for (const volume of volumes) await unless(this.#engine.calls.getVolume(volume).remove(), 404, 409);
      await this.#relays.forget(launch);
      this.#leases.remove(launch);
      if (seen !== null) this.#forget(seen.Id);
      return 'done';
    });
  }

  async output(handle: Handle, wish: OutputWish): Promise<AsyncIterable<OutputPiece>> {
    return await this.#call('the output of the container', async () => {
      const seen = await this.#container(placeOf(handle).launch);
      // It comes for as long as it is followed.
      return seen === null ? NO_OUTPUT : await outputOf(this.#engine.pulls.getContainer(seen.Id), wish);
    });
  }

  #forget(containerId: string): void {
    this.#healthy.delete(containerId);
    this.#processorTimes.forget(containerId);
  }

  async list(tag: string): Promise<readonly Found[]> {
    return await this.#call('what it has', () => list(this.#engine, this.#leases, tag));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recovering;
    await this.#making[Symbol.asyncDispose]();
    await this.#relays[Symbol.asyncDispose]();
  }

  /** Opens the ports of what runs again, after a restart. What cannot be looked at now is opened when it is looked at next. */
  async #recover(): Promise<void> {
    await Promise.all(
      this.#relays.known().map(async (launch) => {
        const seen = await this.#container(launch).catch(() => null);
        if (seen?.State.Running === true) await this.#ports(launch, seen).catch(() => undefined);
      }),
    );
  }

  async #inspect(launch: string): Promise<Observation> {
    const making = this.#making.underWay(launch);
    if (making !== null) return { kind: 'pending', progress: making.progress };
    const failure = this.#making.failure(launch);
    if (failure !== null) throw failure;
    const note = await this.#making.noted(launch);
    if (note !== null) {
      this.#making.begin(note);
      return { kind: 'pending', progress: this.#making.underWay(launch)?.progress ?? null };
    }
    const seen = await this.#container(launch);
    if (seen === null) return { kind: 'gone' };
    if (!seen.State.Running) return { kind: 'ended', reason: endOf(seen.State) };
    const { ports, usedAt } = await this.#ports(launch, seen);
    const cpuMs = await this.#processorTimes.of(seen.Id);
    return {
      kind: 'running',
      ports,
      health: await this.#health(seen),
      use: { trafficAt: usedAt, cpuMs, agent: this.#agentIn(seen.Id) },
    };
  }

  /** Asked until it succeeds, for each start of the container anew; null: it has no check by command. */
  async #health({ Id, Config, State }: ContainerInspectInfo): Promise<Health | null> {
    const label = Config.Labels[LABELS.health];
    if (label === undefined) return null;
    if (this.#healthy.get(Id) === State.StartedAt) return { kind: 'ok' };
    const container = this.#engine.calls.getContainer(Id);
    const health = await checkCommand(
      container,
      this.#engine.pulls.modem,
      JSON.parse(label) as CommandHealth,
    );
    if (health.kind === 'ok') this.#healthy.set(Id, State.StartedAt);
    return health;
  }

  #agentIn(id: string): SessionAgent | null {
    const agent = this.#parts.agent();
    const engine = urlOfEngine(this.#parts.address);
    return agent === null ? null : { ...agent, container: { engine, id } };
  }

  /** Its container by the label that never changes. */
  async #container(launch: string) {
    const filters = { label: [`${LABELS.launch}=${launch}`] };
    const [found] = await this.#engine.calls.listContainers({ all: true, filters });
    if (found === undefined) return null;
    return await unless(this.#engine.calls.getContainer(found.Id).inspect(), 404);
  }

  async #ports(launch: string, seen: Parameters<typeof portsOf>[0]) {
    await this.#relays.reopen(launch);
    return await this.#relays.aim(launch, portsOf(seen));
  }

  /** The lease first: nothing may live without one. */
  #watch(launch: string, leaseMs: number): void {
    this.#leases.extend(launch, leaseMs);
    startWatchdog(this.#parts.folder, this.#parts.address);
  }

  #stopBehind(id: string): void {
    if (this.#stopping.has(id)) return;
    const stop = this.#engine.calls.getContainer(id).stop({ t: GRACE_S });
    // A failure shows when it is asked for again.
    const settled = stop.then(
      () => undefined,
      () => undefined,
    );
    this.#stopping.set(
      id,
      settled.finally(() => this.#stopping.delete(id)),
    );
  }

  async #rename(id: string, name: string): Promise<void> {
    try {
      await this.#engine.calls.getContainer(id).rename({ name });
    } catch (error) {
      // Somebody else was faster; what it is called now decides.
      const seen = await this.#engine.calls.getContainer(id).inspect();
      if (keyOfName(seen.Name) !== keyOfName(name) || statusOf(error) === null) throw error;
    }
  }

  async #call<Answer>(about: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw providerError(error, this.#parts.address, about);
    }
  }
}

const NO_OUTPUT: AsyncIterable<never> = { [Symbol.asyncIterator]: () => NO_PIECES };
const NO_PIECES: AsyncIterator<never> = { next: async () => ({ done: true, value: undefined }) };
