import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient, Task } from '@aws-sdk/client-ecs';
import type { EFSClient } from '@aws-sdk/client-efs';
import type {
  Clock,
  Cost,
  Found,
  Handle,
  LaunchRequest,
  Observation,
  PortAddress,
  Provider,
  ProviderCapabilities,
} from '@errand/core';
import { ProviderError } from '@errand/core';
import { Launches } from '../by-agent/launches.ts';
import { type ByAgentParts, SessionByAgent } from '../by-agent/session-by-agent.ts';
import { AccessPoints } from './access-points.ts';
import { EcsCalls } from './ecs-calls.ts';
import { problems } from './ecs-options.ts';
import type { EcsSettings } from './ecs-settings.ts';
import { isErasure, letGo } from './erasure.ts';
import { MachineAddresses } from './machine-addresses.ts';
import {
  familyOf,
  handleOf,
  type Place,
  placeOf,
  placeOfRequest,
  prefixOf,
  sessionOfFamily,
  TAGS,
  tagOf,
} from './names.ts';
import { endOf, portsOf, progressOf, stateOf } from './sight.ts';
import { taskDefinition } from './task-definition.ts';
import { isSpot, taskRequest } from './task-request.ts';
import { costOf } from './task-size.ts';
import { CONSISTENT_MS, Tasks } from './tasks.ts';
import { Volumes } from './volumes.ts';

export interface EcsProviderParts extends ByAgentParts {
  readonly client: () => Promise<ECSClient>;
  readonly efs: () => Promise<EFSClient>;
  readonly ec2: () => Promise<EC2Client>;
  readonly settings: EcsSettings;
  /** Where tasks reach the control plane; null: nobody has said. */
  readonly url: string | null;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
}

/**
 * Sessions as tasks of ECS, of any image for Linux: the keeper is the first process of its container, and an agent in a container beside it has the session. A
 * task cannot be stopped and kept: `stop` ends it, and its definition, which costs nothing, stays for the next start, as do its volumes at EFS.
 */
export class EcsProvider implements Provider {
  readonly name = 'ecs';
  readonly capabilities: ProviderCapabilities;
  readonly #parts: EcsProviderParts;
  readonly #calls: EcsCalls;
  readonly #tasks: Tasks;
  readonly #byAgent: SessionByAgent;
  readonly #volumes: Volumes;
  readonly #machines: MachineAddresses;
  readonly #launches = new Launches();

  constructor(parts: EcsProviderParts) {
    this.#parts = parts;
    this.#calls = new EcsCalls(parts.client, parts.settings.cluster);
    this.#tasks = new Tasks(this.#calls, parts.clock);
    this.#byAgent = new SessionByAgent(parts, WORDS);
    const { fileSystem, networkMode, publicIp } = parts.settings;
    this.capabilities = { ...CAPABILITIES, checksHealth: networkMode === 'awsvpc' ? true : 'commands' };
    this.#machines = new MachineAddresses({ ...parts, calls: this.#calls, isPublic: publicIp });
    const points = fileSystem === undefined ? null : new AccessPoints(parts.efs, fileSystem);
    this.#volumes = new Volumes({ calls: this.#calls, points, clock: parts.clock });
  }

  problems(spec: LaunchRequest['spec']): ReturnType<Provider['problems']> {
    const wrong = problems(this.#parts.settings, spec);
    return this.#parts.url === null ? [...wrong, NO_URL] : wrong;
  }

  cost(spec: LaunchRequest['spec']): Cost | null {
    const { settings } = this.#parts;
    return costOf(settings, spec, isSpot(settings, spec));
  }

  launch(request: LaunchRequest): Promise<Handle> {
    return this.#launches.once(request.key, async () => {
      const handle = (await this.find(request)) ?? (await this.#make(request));
      await this.#byAgent.lease(placeOf(handle), request.leaseMs);
      return handle;
    });
  }

  /** A stopped task is over: the next one has the same definition and volumes. */
  start(_kept: Handle, request: LaunchRequest): Promise<Handle> {
    return this.launch(request);
  }

  async find({ key, sessionId, tag }: Parameters<Provider['find']>[0]): Promise<Handle | null> {
    const place = placeOfRequest({ key, sessionId, tag });
    return (await this.#tasks.arnOf(place)) === null ? null : handleOf(place);
  }

  async inspect(handle: Handle): Promise<Observation> {
    const place = placeOf(handle);
    const seen = await this.#tasks.see(place);
    if (seen === 'unsure') return { kind: 'pending', progress: 'ECS does not show the task yet.' };
    if (seen === 'gone') return { kind: 'gone' };
    const state = stateOf(seen);
    if (state === 'starting') return { kind: 'pending', progress: progressOf(seen) };
    if (state === 'running') return await this.#running(place, seen);
    if (state === 'stopping') return { kind: 'ended', reason: { kind: 'machine_gone' } };
    // ECS shows it for an hour after its end, also once nothing is left of its session.
    if ((await this.#calls.definition(familyOf(place))) === null) return { kind: 'gone' };
    return { kind: 'ended', reason: endOf(seen) };
  }

  async renew(handle: Handle, leaseMs: number): Promise<void> {
    await this.#byAgent.lease(placeOf(handle), leaseMs);
  }

  async stop(handle: Handle): Promise<'done' | 'pending'> {
    const place = placeOf(handle);
    const seen = await this.#tasks.see(place);
    if (seen === 'unsure') return 'pending';
    if (seen === 'gone' || stateOf(seen) === 'stopped') return 'done';
    await this.#stop(seen, 'The session is stopped.');
    return 'pending';
  }

  async terminate(handle: Handle): Promise<'done' | 'pending'> {
    const place = placeOf(handle);
    if ((await this.#tasks.see(place)) === 'unsure') return 'pending';
    const alive = (await this.#tasks.alive(place)).filter((task) => !isErasure(task));
    for (const task of alive) await this.#stop(task, 'The session is deleted.');
    if (alive.length > 0) return 'pending';
    const { settings } = this.#parts;
    if ((await letGo({ calls: this.#calls, volumes: this.#volumes, settings }, place)) === 'pending')
      return 'pending';
    await this.#byAgent.gone(place);
    this.#tasks.forget(place.launch);
    return 'done';
  }

  async list(tag: string): Promise<readonly Found[]> {
    // Definitions first: that of a task which is made meanwhile is then not taken for one that was left.
    const families = await this.#calls.families(prefixOf(tag));
    const tasks = families.length === 0 ? [] : await this.#calls.tasks(await this.#calls.running());
    const ours = tasks.filter(
      (task) => tagOf(task.tags, TAGS.tag) === tag && stateOf(task) !== 'stopped' && !isErasure(task),
    );
    const running = await Promise.all(ours.map((task) => this.#found(tag, task)));
    const kept = families.filter((family) =>
      running.every(({ sessionId }) => sessionId !== sessionOfFamily(tag, family)),
    );
    const left = (await this.#volumes.left(tag, families)).map(({ session, launch }) =>
      keptAt({ tag, session, launch }),
    );
    return [
      ...running,
      ...(await Promise.all(kept.map((family) => this.#kept(tag, family)))).flat(),
      ...left,
    ];
  }

  async #running(place: Place, task: Task): Promise<Observation> {
    const spec = await this.#parts.agents.specOf(place.session);
    return await this.#byAgent.look(place, {
      key: place.launch,
      name: `the task of ${place.session}`,
      ports: spec === null ? [] : await this.#portsOf(task, spec),
      reachesPorts: this.#parts.settings.networkMode === 'awsvpc',
      // The agent is in a container of its own.
      countsProcessor: false,
    });
  }

  async #portsOf(task: Task, spec: Pick<LaunchRequest['spec'], 'ports'>): Promise<readonly PortAddress[]> {
    const isBridged = this.#parts.settings.networkMode === 'bridge' && spec.ports.length > 0;
    const machine = isBridged ? await this.#machines.of(task.containerInstanceArn ?? '') : null;
    return portsOf(task, spec, machine);
  }

  async #found(tag: string, { tags }: Task): Promise<Found> {
    const place = { tag, session: tagOf(tags, TAGS.session), launch: tagOf(tags, TAGS.launch) };
    return {
      handle: handleOf(place),
      key: place.launch,
      sessionId: place.session,
      state: 'running',
      leaseLeftMs: await this.#byAgent.leaseLeftMs(place),
    };
  }

  /** The newest definition says which launch was the last. */
  async #kept(tag: string, family: string): Promise<readonly Found[]> {
    const definition = await this.#calls.definition(family);
    if (definition === null) return [];
    const session = sessionOfFamily(tag, family);
    return [keptAt({ tag, session, launch: tagOf(definition.tags, TAGS.launch) })];
  }

  async #stop(task: Task, reason: string): Promise<void> {
    if (stateOf(task) !== 'stopping') await this.#calls.stop(task.taskArn ?? '', reason);
  }

  async #make(request: LaunchRequest): Promise<Handle> {
    const { settings, url, agents } = this.#parts;
    if (url === null) throw new ProviderError('config', NO_URL.message);
    const place = placeOfRequest(request);
    const definition = await this.#define(request, url);
    const token = agents.token(request.key);
    const arn = await this.#calls.run(taskRequest(settings, request, { definition, url, token }));
    this.#tasks.made(request.key, arn);
    return handleOf(place);
  }

  /** One for each launch: a call that is repeated must name the same. */
  async #define(request: LaunchRequest, url: string): Promise<string> {
    const { settings } = this.#parts;
    const present = await this.#calls.definition(familyOf(placeOfRequest(request)));
    if (present !== null && tagOf(present.tags, TAGS.launch) === request.key) return present.arn;
    return await this.#volumes.take(request, (volumes) =>
      this.#calls.register(taskDefinition(settings, request, { url, volumes })),
    );
  }
}

const WORDS = { tag: 'ecs-task', starts: 'Its containers start; its agent has not come yet.' } as const;

// All tries of a call together take 30 s; what they did shows after another 30.
const CAPABILITIES = {
  settleMs: 30_000 + CONSISTENT_MS,
  runs: 'agent',
  inPool: false,
  atOnce: 20,
  placesFiles: true,
} as const;

function keptAt(place: Place): Found {
  const { launch, session } = place;
  return { handle: handleOf(place), key: launch, sessionId: session, state: 'kept', leaseLeftMs: null };
}

const NO_URL = {
  field: 'provider',
  message: 'needs url in errand.yaml: the address under which tasks reach this control plane',
} as const;
