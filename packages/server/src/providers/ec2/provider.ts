import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import type {
  Clock,
  Cost,
  Found,
  Handle,
  LaunchRequest,
  Observation,
  Provider,
  StopWish,
} from '@errand/core';
import { ProviderError } from '@errand/core';
import { Launches } from '../by-agent/launches.ts';
import { type ByAgentParts, SessionByAgent } from '../by-agent/session-by-agent.ts';
import { Ec2Calls } from './ec2-calls.ts';
import { isWorthAnother } from './ec2-error.ts';
import {
  Ec2Options,
  type Ec2Settings,
  imageOf,
  isBySsm,
  isSpot,
  parametersOf,
  problems,
  scriptOf,
  sizeOf,
} from './ec2-options.ts';
import { CONSISTENT_MS, Instances, type Sight } from './instances.ts';
import { deleteDisks, endLeftovers, leftovers } from './leftovers.ts';
import { machineRequests } from './machine-request.ts';
import { handleOf, type Place, placeOf, placeOfInstance, TAGS, tagOf } from './names.ts';
import { BySsm, type BySsmParts } from './ssm/by-ssm.ts';
import { userData } from './user-data.ts';

export interface Ec2ProviderParts extends ByAgentParts {
  readonly client: () => Promise<EC2Client>;
  readonly settings: Ec2Settings;
  /** Where machines reach the control plane; null: nobody has said. */
  readonly url: string | null;
  readonly clock: Pick<Clock, 'now' | 'steady' | 'sleep'>;
  /** How machines are reached that bring no agent; null: not at all. */
  readonly ssm: Pick<BySsmParts, 'carrier' | 'keepers' | 'ownAgent'> | null;
}

const ALIVE = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];

/**
 * Sessions as machines at EC2, made of any image with systemd. Each machine brings a switch that shuts it down when its lease runs out; and an agent, which
 * has the session and needs glibc 2.28 or newer and a way to the control plane, or else SSM carries what it is to do.
 */
export class Ec2Provider implements Provider {
  readonly name = 'ec2';
  // All tries of a call together take 30 s; what they did shows after another 30.
  readonly capabilities = {
    settleMs: 30_000 + CONSISTENT_MS,
    checksHealth: true,
    runs: 'agent',
    inPool: false,
    atOnce: 20,
    placesFiles: true,
    deletesVolumes: true,
  } as const;
  readonly #parts: Ec2ProviderParts;
  readonly #calls: Ec2Calls;
  readonly #instances: Instances;
  readonly #byAgent: SessionByAgent;
  readonly #bySsm: BySsm | null;
  readonly #launches = new Launches();
  /** The request, of several, whose answer was lost: it goes first when it is made again. */
  readonly #unanswered = new Map<string, number>();

  constructor(parts: Ec2ProviderParts) {
    this.#parts = parts;
    this.#calls = new Ec2Calls(parts.client);
    this.#instances = new Instances(this.#calls, parts.clock);
    this.#byAgent = new SessionByAgent(parts, WORDS);
    this.#bySsm = parts.ssm === null ? null : new BySsm({ ...parts, ...parts.ssm });
  }

  problems(spec: LaunchRequest['spec']): ReturnType<Provider['problems']> {
    const wrong = problems(this.#parts.settings, spec);
    return this.#parts.url === null && !isBySsm(spec) ? [...wrong, NO_URL] : wrong;
  }

  cost(spec: LaunchRequest['spec']): Cost | null {
    const { settings } = this.#parts;
    const perHour = settings.prices[sizeOf(settings, spec) ?? ''];
    // What spot costs only the market knows.
    return perHour === undefined || isSpot(settings, spec) ? null : { perHour, currency: 'USD' };
  }

  launch(request: LaunchRequest): Promise<Handle> {
    return this.#launches.once(request.key, async () => {
      const handle = (await this.find(request)) ?? (await this.#make(request));
      const place = placeOf(handle);
      await this.#reach(place).lease(place, request.leaseMs);
      return handle;
    });
  }

  start(kept: Handle, request: LaunchRequest): Promise<Handle> {
    return this.#launches.once(request.key, async () => {
      const place = placeOf(kept);
      const seen = await this.#instances.see(place.instance);
      if (seen === 'unsure') throw new ProviderError('transient', `EC2 does not show ${place.instance} yet`);
      const state = stateOf(seen);
      if (seen === 'gone' || state === 'shutting-down')
        return (await this.find(request)) ?? (await this.#make(request));
      // It has the key once it was started under it: a repeat must not start what has ended since.
      if (tagOf(seen.Tags, TAGS.key) === request.key) return kept;
      if (state === 'stopping')
        throw new ProviderError('transient', `${place.instance} is still being stopped`);
      if (hasNoDisk(seen)) {
        await this.#calls.terminate(place.instance);
        await this.#known(place)?.gone(place);
        return await this.#make(request);
      }
      await this.#reach(place).lease(place, request.leaseMs);
      await this.#calls.start(place.instance, [{ Key: TAGS.key, Value: request.key }]);
      return kept;
    });
  }

  async find({ key, tag }: Pick<LaunchRequest, 'key' | 'tag'>): Promise<Handle | null> {
    const found = await this.#tagged({ [TAGS.tag]: tag, [TAGS.key]: key });
    const [first] = found.toSorted((a, b) => text(a.InstanceId).localeCompare(text(b.InstanceId)));
    return first === undefined ? null : handleOf(placeOfInstance(first));
  }

  async inspect(handle: Handle): Promise<Observation> {
    const place = placeOf(handle);
    const seen = await this.#instances.see(place.instance);
    if (seen === 'unsure') return { kind: 'pending', progress: 'EC2 does not show the machine yet.' };
    if (seen === 'gone') return { kind: 'gone' };
    const state = stateOf(seen);
    if (state === 'pending') return { kind: 'pending', progress: 'EC2 makes the machine ready.' };
    if (state !== 'running') return { kind: 'ended', reason: { kind: 'machine_gone' } };
    const name = `the machine ${place.instance}`;
    const key = tagOf(seen.Tags, TAGS.key);
    return await this.#reach(place).look(place, {
      key,
      name,
      ports: [],
      reachesPorts: true,
      countsProcessor: true,
    });
  }

  async renew(handle: Handle, leaseMs: number): Promise<void> {
    const place = placeOf(handle);
    await this.#reach(place).lease(place, leaseMs);
  }

  async stop(handle: Handle, { deleteVolumes = false }: StopWish = {}): Promise<'done' | 'pending'> {
    const { instance, launch } = placeOf(handle);
    const seen = await this.#instances.see(instance);
    if (seen === 'gone' || stateOf(seen) === 'stopped')
      return deleteVolumes ? await deleteDisks(this.#calls, launch) : 'done';
    if (seen === 'unsure' || stateOf(seen) === 'stopping' || stateOf(seen) === 'shutting-down')
      return 'pending';
    // Machines of the spot market cannot be stopped: what they had is lost with them.
    if (seen.InstanceLifecycle === 'spot') await this.#calls.terminate(instance);
    else await this.#calls.stop(instance);
    return 'pending';
  }

  async terminate(handle: Handle): Promise<'done' | 'pending'> {
    const place = placeOf(handle);
    const seen = place.instance === '' ? 'gone' : await this.#instances.see(place.instance);
    if (seen === 'unsure') return 'pending';
    if (seen !== 'gone') {
      if (stateOf(seen) !== 'shutting-down') await this.#calls.terminate(place.instance);
      return 'pending';
    }
    if ((await endLeftovers(this.#calls, place.launch)) === 'pending') return 'pending';
    await this.#known(place)?.gone(place);
    this.#instances.forget(place.instance);
    return 'done';
  }

  async list(tag: string): Promise<readonly Found[]> {
    // Disks first: that of a machine which is made meanwhile is then not taken for one that was left.
    const left = await leftovers(this.#calls, tag, this.#parts.clock.now());
    const instances = await this.#tagged({ [TAGS.tag]: tag });
    const launches = new Set(instances.map(({ Tags }) => tagOf(Tags, TAGS.launch)));
    return [
      ...(await Promise.all(instances.map((instance) => this.#found(instance)))),
      ...left.filter(({ key }) => !launches.has(key)),
    ];
  }

  async #found(instance: Instance): Promise<Found> {
    const place = placeOfInstance(instance);
    const kept = ['stopping', 'stopped'].includes(stateOf(instance));
    return {
      handle: handleOf(place),
      key: tagOf(instance.Tags, TAGS.key),
      sessionId: place.session,
      state: kept ? 'kept' : 'running',
      leaseLeftMs: kept ? null : ((await this.#known(place)?.leaseLeftMs(place)) ?? null),
    };
  }

  async #make(request: LaunchRequest): Promise<Handle> {
    const requests = await this.#requests(request);
    const from = this.#unanswered.get(request.key) ?? 0;
    let refused: ProviderError | null = null;
    for (const [index, each] of requests.entries()) {
      if (index < from) continue;
      this.#unanswered.set(request.key, index);
      try {
        const made = await this.#calls.run(each);
        this.#unanswered.delete(request.key);
        this.#instances.made(text(made.InstanceId));
        const { key: launch, sessionId: session, spec } = request;
        const connect = isBySsm(spec) ? 'ssm' : undefined;
        return handleOf({ instance: text(made.InstanceId), launch, session, connect });
      } catch (error) {
        if (!(error instanceof ProviderError) || !isWorthAnother(error)) throw error;
        refused = error;
      }
    }
    this.#unanswered.delete(request.key);
    throw refused ?? new ProviderError('config', 'there is nothing to try');
  }

  async #requests(request: LaunchRequest): Promise<ReturnType<typeof machineRequests>> {
    const { settings, url, agents } = this.#parts;
    const { spec, sessionId, leaseMs, key } = request;
    if (url === null && !isBySsm(spec)) throw new ProviderError('config', NO_URL.message);
    const own = scriptOf(parametersOf(settings, spec)['UserData']);
    const agent = url === null || isBySsm(spec) ? null : { url, token: agents.token(key) };
    const script = userData({ sessionId, agent, leaseMs, own });
    const image = imageOf(settings, spec);
    const asksDisk = Ec2Options.parse(spec.options).diskGiB !== undefined && image !== null;
    const rootDevice = asksDisk ? await this.#calls.rootDevice(image) : null;
    return machineRequests(settings, request, { userData: script, rootDevice });
  }

  #reach(place: Place): SessionByAgent | BySsm {
    const known = this.#known(place);
    if (known !== null) return known;
    throw new ProviderError(
      'config',
      'a machine of this session is reached by SSM, which needs ec2.ssm.bucket',
    );
  }

  /** null: the configuration has no way to it any more. It can be seen and ended all the same, and so can the others. */
  #known({ connect }: Place): SessionByAgent | BySsm | null {
    return connect === undefined ? this.#byAgent : this.#bySsm;
  }

  async #tagged(tags: Readonly<Record<string, string>>): Promise<readonly Instance[]> {
    const filters = Object.entries(tags).map(([name, value]) => ({ Name: `tag:${name}`, Values: [value] }));
    return await this.#calls.instances([...filters, { Name: 'instance-state-name', Values: ALIVE }]);
  }
}

const WORDS = {
  tag: 'ec2-machine',
  starts: 'The machine starts; its agent has not come yet.',
} as const;

const NO_URL = {
  field: 'provider',
  message: 'needs url in errand.yaml: the address under which machines reach this control plane',
} as const;

function stateOf(seen: Sight): string {
  return typeof seen === 'string' ? '' : (seen.State?.Name ?? '');
}

/** A stop has deleted them: it cannot start again, and costs nothing. */
function hasNoDisk({ BlockDeviceMappings: disks }: Instance): boolean {
  return disks === undefined || disks.length === 0;
}

function text(value: string | undefined): string {
  return value ?? '';
}
