import type {
  ContainerDefinition,
  ContainerOverride,
  NetworkBinding,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import type Docker from 'dockerode';

/** How a container of a task is; `exitCode` once it has ended. */
export interface ContainerSight {
  readonly name: string;
  readonly lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly exitCode?: number;
  readonly reason?: string;
  /** Of its machine, where the task has no address of its own. */
  readonly networkBindings?: NetworkBinding[];
}

export interface TaskContainersParts {
  readonly engine: Docker;
  /** That of all tasks, in which this machine reaches each of them. */
  readonly network: string;
  /** Where this machine is in it, which stands for the machine of the cluster. */
  readonly gateway: string;
  /** Unique among all tasks. */
  readonly id: string;
  /** Name of the volume that stands for what an access point of EFS shows. Throws where there is none. */
  readonly accessPoint: (id: string) => Promise<string>;
  readonly definition: TaskDefinition;
  readonly overrides: readonly ContainerOverride[];
  /** Images that are given Node from this machine. */
  readonly withNode: string;
}

const GRACE_S = 30;

/**
 * The containers of one task, as ECS runs them: one network for all of them, volumes they share, each begun once what it depends on has started or
 * succeeded, and ended together with the first essential one.
 */
export class TaskContainers {
  readonly #parts: TaskContainersParts;
  readonly #sights = new Map<string, ContainerSight>();
  readonly #begun = new Map<string, Docker.Container>();
  readonly #over = new AbortController();
  #pause: Docker.Container | null = null;
  /** Of all of them, in the network of this machine. */
  address = '';

  constructor(parts: TaskContainersParts) {
    this.#parts = parts;
    for (const { name = '' } of this.#all) this.#sights.set(name, { name, lastStatus: 'PENDING' });
  }

  get sights(): readonly ContainerSight[] {
    return [...this.#sights.values()];
  }

  get areUp(): boolean {
    return this.#all.every(({ name = '', essential }) => {
      const { lastStatus, exitCode } = this.#sight(name);
      return lastStatus === 'RUNNING' || (essential === false && exitCode === 0);
    });
  }

  /** Resolves once the task is over, with why: an essential container ended, one could not be begun, or `end` was called. */
  async run(): Promise<'failed' | 'ended'> {
    if (!this.#isBridged) await this.#openNetwork();
    const lives = this.#all.map((each) => this.#live(each));
    const how = await Promise.race([...lives, aborted(this.#over.signal)]);
    this.#over.abort();
    await Promise.all([...this.#begun.values()].map((each) => each.stop({ t: GRACE_S }).catch(ignore)));
    await Promise.all(lives);
    return how;
  }

  end(): void {
    this.#over.abort();
  }

  /** Nothing of it is left. */
  async remove(): Promise<void> {
    for (const each of [...this.#begun.values(), this.#pause])
      await each?.remove({ force: true }).catch(ignore);
    const { engine } = this.#parts;
    for (const { name = '', efsVolumeConfiguration: efs } of this.#parts.definition.volumes ?? [])
      if (efs === undefined) await engine.getVolume(this.#own(name)).remove().catch(ignore);
  }

  get #isBridged(): boolean {
    return this.#parts.definition.networkMode === 'bridge';
  }

  async #openNetwork(): Promise<void> {
    const { withNode, network } = this.#parts;
    this.#pause = await this.#create('pause', {
      Image: withNode,
      Entrypoint: ['/bin/busybox', 'sleep', '1000000'],
      HostConfig: { NetworkMode: network },
    });
    await this.#pause.start();
    this.address = (await this.#pause.inspect()).NetworkSettings.Networks[network]?.IPAddress ?? '';
  }

  get #all(): readonly ContainerDefinition[] {
    return this.#parts.definition.containerDefinitions ?? [];
  }

  /** Answers once the whole task must end; stays where the end of this container means nothing. */
  async #live(definition: ContainerDefinition): Promise<'failed' | 'ended'> {
    const { name = '', essential = true } = definition;
    if (!(await this.#mayBegin(definition))) return this.#over.signal.aborted ? 'ended' : 'failed';
    try {
      const container = await this.#begin(definition);
      this.#see(name, { lastStatus: 'RUNNING' });
      const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
      this.#see(name, { lastStatus: 'STOPPED', exitCode: StatusCode });
    } catch (error) {
      this.#see(name, { lastStatus: 'STOPPED', reason: `CannotStartContainerError: ${String(error)}` });
      return 'failed';
    }
    return essential ? 'ended' : aborted(this.#over.signal);
  }

  async #mayBegin({ dependsOn = [] }: ContainerDefinition): Promise<boolean> {
    while (!this.#over.signal.aborted) {
      const seen = dependsOn.map(({ containerName = '', condition }) => ({
        ...this.#sight(containerName),
        condition,
      }));
      if (seen.some(({ condition, exitCode = 0 }) => condition === 'SUCCESS' && exitCode !== 0)) return false;
      const ready = seen.every(({ condition, lastStatus }) =>
        condition === 'START' ? lastStatus !== 'PENDING' : lastStatus === 'STOPPED',
      );
      if (ready) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  async #begin(definition: ContainerDefinition): Promise<Docker.Container> {
    const {
      name = '',
      image = '',
      entryPoint,
      command,
      user,
      readonlyRootFilesystem,
      environment,
    } = definition;
    const override = this.#parts.overrides.find((each) => each.name === name);
    const env = [...(environment ?? []), ...(override?.environment ?? [])];
    const node = image === this.#parts.withNode ? [`${process.execPath}:/usr/local/bin/node:ro`] : [];
    const volumes = await Promise.all(
      (definition.mountPoints ?? []).map(async ({ sourceVolume = '', containerPath, readOnly }) => {
        const volume = await this.#volume(sourceVolume);
        return `${volume}:${containerPath}:${readOnly === true ? 'ro' : 'rw'},nocopy`;
      }),
    );
    const container = await this.#create(name, {
      Image: image,
      Entrypoint: entryPoint,
      Cmd: override?.command ?? command,
      Env: env.map((each) => `${each.name}=${each.value}`),
      ...(user === undefined ? {} : { User: user }),
      ...(this.#isBridged ? { ExposedPorts: exposed(definition) } : {}),
      HostConfig: {
        ...this.#networkOf(definition),
        Binds: [...volumes, ...node],
        ReadonlyRootfs: readonlyRootFilesystem ?? false,
      },
    });
    this.#begun.set(name, container);
    if (this.#over.signal.aborted) throw new Error('the task is over');
    await container.start();
    if (this.#isBridged) this.#see(name, { networkBindings: await bindingsOf(container) });
    return container;
  }

  /** One network for all containers of a task, or one for each, with some of its ports at those of the machine. */
  #networkOf({ portMappings = [] }: ContainerDefinition): Docker.HostConfig {
    const { network, gateway } = this.#parts;
    if (!this.#isBridged) return { NetworkMode: `container:${this.#pause?.id}` };
    const bound = portMappings.map(({ containerPort, hostPort = 0, protocol = 'tcp' }) => [
      `${containerPort}/${protocol}`,
      [{ HostIp: gateway, HostPort: hostPort === 0 ? '' : String(hostPort) }],
    ]);
    return { NetworkMode: network, PortBindings: Object.fromEntries(bound) as Docker.PortMap };
  }

  #create(name: string, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    return this.#parts.engine.createContainer({ ...options, name: `${this.#parts.id}-${name}` });
  }

  #own(name: string): string {
    return `${this.#parts.id}-${name}`;
  }

  async #volume(name: string): Promise<string> {
    const { definition, accessPoint } = this.#parts;
    const efs = definition.volumes?.find((each) => each.name === name)?.efsVolumeConfiguration;
    if (efs === undefined) return this.#own(name);
    // As ECS refuses it, and EFS.
    if (efs.transitEncryption !== 'ENABLED') throw new Error('transit encryption must be enabled');
    return await accessPoint(efs.authorizationConfig?.accessPointId ?? '');
  }

  #sight(name: string): ContainerSight {
    return this.#sights.get(name) ?? { name, lastStatus: 'PENDING' };
  }

  #see(name: string, change: Partial<ContainerSight>): void {
    this.#sights.set(name, { ...this.#sight(name), ...change });
  }
}

function exposed({ portMappings = [] }: ContainerDefinition): Record<string, object> {
  return Object.fromEntries(
    portMappings.map(({ containerPort, protocol = 'tcp' }) => [`${containerPort}/${protocol}`, {}]),
  );
}

async function bindingsOf(container: Docker.Container): Promise<NetworkBinding[]> {
  const { Ports } = (await container.inspect()).NetworkSettings;
  return Object.entries(Ports).flatMap(([inner, outer]) =>
    (outer ?? []).map(({ HostIp, HostPort }) => ({
      bindIP: HostIp,
      containerPort: Number.parseInt(inner, 10),
      hostPort: Number(HostPort),
      protocol: 'tcp' as const,
    })),
  );
}

function aborted(signal: AbortSignal): Promise<'ended'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('ended');
    signal.addEventListener('abort', () => resolve('ended'), { once: true });
  });
}

function ignore(): void {
  // It is gone already.
}
