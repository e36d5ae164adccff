import { randomUUID } from 'node:crypto';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import Docker from 'dockerode';
import type { AwsProxy } from './aws-proxy.ts';
import { addMachine } from './cluster-machine.ts';
import { FileSystem } from './file-system.ts';
import { makeMachineImage } from './machine-image.ts';
import type { Moto } from './moto-server.ts';
import { TaskContainers } from './task-containers.ts';

/** Nobody here is in that network. */
const UNREACHED = { network: '10.213.0.0/24', privately: '10.213.0.10' };

const CREDENTIALS = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };

interface LiveTask {
  readonly arn: string;
  readonly startedBy: string;
  readonly containers: TaskContainers;
  state: 'PENDING' | 'RUNNING' | 'STOPPING' | 'STOPPED';
  stopCode: 'UserInitiated' | 'EssentialContainerExited' | 'TaskFailedToStart' | 'SpotInterruption';
  stoppedReason: string;
  /** Does the emulator know that it shall stop? It fails when it is told twice. */
  told: boolean;
  readonly over: Promise<void>;
}

/**
 * Lets tasks of the emulator really run: for each that RunTask makes, its containers are executed by the Docker engine of this machine, and how they are is
 * what DescribeTasks then says. Their network is one of their own, with an address that this machine reaches.
 */
export class Tasks implements AsyncDisposable {
  /** With Node, which is put there. */
  readonly agentImage: string;
  readonly ecs: ECSClient;
  readonly subnet: string;
  readonly fileSystem: FileSystem;
  /** Where tasks reach this machine. */
  readonly gateway: string;
  readonly #image: MachineImage;
  readonly #engine: Docker;
  readonly #network: Network;
  readonly #group: string;
  readonly #tasks = new Map<string, Promise<LiveTask>>();

  private constructor({ ecs, subnet, engine, network, image, group, fileSystem }: Surroundings) {
    this.ecs = ecs;
    this.subnet = subnet;
    this.fileSystem = fileSystem;
    this.#group = group;
    this.#engine = engine;
    this.#network = network;
    this.gateway = network.gateway;
    this.#image = image;
    this.agentImage = image.name;
  }

  static async start({ settings }: Moto, proxy: AwsProxy): Promise<Tasks> {
    const { region = '', endpoint = '' } = settings;
    const at = { region, endpoint, credentials: CREDENTIALS };
    const ecs = new ECSClient(at);
    await ecs.send(new CreateClusterCommand({ clusterName: 'default' }));
    const ec2 = new EC2Client(at);
    const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    ec2.destroy();
    const engine = new Docker();
    const network = await openNetwork(engine);
    // For those who want launchType ec2. Who is not in its network reaches it at this machine's address, where ports of its tasks are really bound.
    const addresses = { ...UNREACHED, publicly: network.gateway };
    await addMachine({ at, ecs, cluster: 'default' }, addresses);
    const [image, group] = [makeMachineImage(), randomUUID().slice(0, 8)];
    const fileSystem = await FileSystem.make({ at, engine, image: image.name, group });
    const about = { ecs, subnet: subnet?.SubnetId ?? '', engine, network, image, group, fileSystem };
    const tasks = new Tasks(about);
    proxy.onAnswer('RunTask', (answer: TasksAnswer, asked) =>
      tasks.#run(answer, JSON.parse(asked) as Overridden),
    );
    proxy.onAnswer('StopTask', (answer: TaskAnswer) => tasks.#stopped(answer));
    proxy.onAnswer('DescribeTasks', (answer: TasksAnswer) => tasks.#described(answer));
    return tasks;
  }

  /** Launches whose containers live. */
  async alive(): Promise<readonly string[]> {
    const tasks = await Promise.all(this.#tasks.values());
    return tasks.filter(({ state }) => state !== 'STOPPED').map(({ startedBy }) => startedBy);
  }

  /** As ECS takes a task away for want of spot capacity. */
  async take(startedBy: string): Promise<void> {
    const task = await this.#of(startedBy);
    task.stopCode = 'SpotInterruption';
    task.stoppedReason = 'Your Spot Task was interrupted.';
    task.containers.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#tasks.values()) {
      const task = await started;
      task.containers.end();
      await task.over;
    }
    await this.fileSystem[Symbol.asyncDispose]();
    await this.#engine.getNetwork(this.#network.name).remove();
    this.ecs.destroy();
    this.#image[Symbol.dispose]();
  }

  async #of(startedBy: string): Promise<LiveTask> {
    const tasks = await Promise.all(this.#tasks.values());
    const found = tasks.findLast((each) => each.startedBy === startedBy);
    if (found === undefined) throw new Error(`no task was started by ${startedBy}`);
    return found;
  }

  async #run(answer: TasksAnswer, asked: Overridden): Promise<TasksAnswer> {
    for (const task of answer.tasks ?? []) {
      const arn = task.taskArn ?? '';
      if (!this.#tasks.has(arn)) this.#tasks.set(arn, this.#start(task, asked));
    }
    return await this.#described(answer);
  }

  async #stopped(answer: TaskAnswer): Promise<TaskAnswer> {
    const task = await this.#tasks.get(answer.task?.taskArn ?? '');
    if (task === undefined) return answer;
    task.told = true;
    if (task.state !== 'STOPPED') task.stoppedReason = answer.task?.stoppedReason ?? '';
    task.containers.end();
    return { task: shown(answer.task ?? {}, task) };
  }

  async #described(answer: TasksAnswer): Promise<TasksAnswer> {
    const tasks = await Promise.all(
      (answer.tasks ?? []).map(async (task) => {
        const live = await this.#tasks.get(task.taskArn ?? '');
        return live === undefined ? task : shown(task, live);
      }),
    );
    return { ...answer, tasks };
  }

  async #start(task: Task, { overrides, networkConfiguration }: Overridden): Promise<LiveTask> {
    const asked = new DescribeTaskDefinitionCommand({ taskDefinition: task.taskDefinitionArn });
    const { taskDefinition: definition = {} } = await this.ecs.send(asked);
    if ((definition.networkMode === 'awsvpc') !== (networkConfiguration !== undefined))
      throw new Error('ECS wants a network configuration with awsvpc, and none without');
    const containers = new TaskContainers({
      engine: this.#engine,
      network: this.#network.name,
      gateway: this.gateway,
      id: `errand-task-${this.#group}-${(task.taskArn ?? '').slice(-8)}`,
      definition,
      accessPoint: (id) => this.fileSystem.volumeOf(id),
      overrides: overrides?.containerOverrides ?? [],
      withNode: this.agentImage,
    });
    const about = { arn: task.taskArn ?? '', startedBy: task.startedBy ?? '', containers };
    const nothing = { stopCode: 'UserInitiated', stoppedReason: '', state: 'PENDING', told: false } as const;
    const over = Promise.withResolvers<void>();
    const live: LiveTask = { ...about, ...nothing, over: over.promise };
    void this.#live(live).then(over.resolve, over.reject);
    return live;
  }

  async #live(task: LiveTask): Promise<void> {
    const { containers, arn } = task;
    const how = await containers.run();
    if (task.stoppedReason === '') {
      task.stopCode = how === 'failed' ? 'TaskFailedToStart' : 'EssentialContainerExited';
      task.stoppedReason = how === 'failed' ? 'Task failed to start' : 'Essential container in task exited';
    }
    task.state = 'STOPPING';
    if (!task.told) await this.ecs.send(new StopTaskCommand({ task: arn, reason: task.stoppedReason }));
    task.told = true;
    await containers.remove();
    task.state = 'STOPPED';
  }
}

interface Network {
  readonly name: string;
  readonly gateway: string;
}

type MachineImage = ReturnType<typeof makeMachineImage>;

interface Surroundings {
  readonly ecs: ECSClient;
  readonly subnet: string;
  readonly engine: Docker;
  readonly network: Network;
  readonly image: MachineImage;
  readonly group: string;
  readonly fileSystem: FileSystem;
}

/** A network of its own, so that nothing here depends on the one that all share. */
async function openNetwork(engine: Docker): Promise<Network> {
  const name = `errand-tasks-${randomUUID().slice(0, 8)}`;
  const network = await engine.createNetwork({ Name: name, Driver: 'bridge' });
  const { IPAM } = (await network.inspect()) as {
    readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] };
  };
  return { name, gateway: IPAM.Config[0]?.Gateway ?? '' };
}

interface TaskAnswer {
  readonly task?: Task;
}

interface Overridden {
  readonly networkConfiguration?: object;
  readonly overrides?: Task['overrides'];
}

interface TasksAnswer {
  readonly tasks?: readonly Task[];
}

/** What the emulator says of a task, with how its containers are. */
function shown(task: Task, { containers, state, stopCode, stoppedReason }: LiveTask): Task {
  const isUp = state === 'PENDING' && containers.areUp;
  const ended = state === 'STOPPING' || state === 'STOPPED';
  return {
    ...task,
    lastStatus: isUp ? 'RUNNING' : state,
    ...(ended ? { desiredStatus: 'STOPPED', stopCode, stoppedReason } : {}),
    containers: containers.sights.map((each) => ({ ...each })),
    attachments: (task.attachments ?? []).map((attachment) => ({
      ...attachment,
      details: (attachment.details ?? []).map((each) =>
        each.name === 'privateIPv4Address' ? { ...each, value: containers.address } : each,
      ),
    })),
  };
}
