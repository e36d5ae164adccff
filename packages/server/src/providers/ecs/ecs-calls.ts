import type * as Library from '@aws-sdk/client-ecs';
import type {
  ECSClient,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  Tag,
  Task,
} from '@aws-sdk/client-ecs';
import { codeOf } from '../by-agent/aws-error.ts';
import { paged } from '../by-agent/paged.ts';
import { ecsError, failureOf } from './ecs-error.ts';
import { type MountedVolume, volumesIn } from './task-definition.ts';

type Sdk = typeof Library;

/** All tries of one call together; what it has not done by then it will not do. */
const CALL_MS = 30_000;
/** DescribeTasks takes no more. */
export const MOST_TASKS = 100;
/** DeleteTaskDefinitions takes no more. */
const MOST_DEFINITIONS = 10;

interface Line {
  readonly sdk: Sdk;
  readonly client: ECSClient;
  readonly options: { readonly abortSignal: AbortSignal };
}

/** The newest definition of a family. */
export interface Definition {
  readonly arn: string;
  readonly tags: readonly Tag[];
  /** What of it is at EFS. */
  readonly volumes: readonly MountedVolume[];
}

/** The calls of ECS that are made, each with the permission of the same name. Errors are the port's. The library is loaded with the first of them. */
export class EcsCalls {
  readonly #client: () => Promise<ECSClient>;
  readonly #cluster: string;

  constructor(client: () => Promise<ECSClient>, cluster: string) {
    this.#client = client;
    this.#cluster = cluster;
  }

  /** ecs:RegisterTaskDefinition, ecs:TagResource; iam:PassRole for the roles it names. */
  async register(definition: RegisterTaskDefinitionCommandInput): Promise<string> {
    return await this.#call('RegisterTaskDefinition', async ({ sdk, client, options }) => {
      const answer = await client.send(new sdk.RegisterTaskDefinitionCommand(definition), options);
      return answer.taskDefinition?.taskDefinitionArn ?? '';
    });
  }

  /** ecs:DescribeTaskDefinition: the newest one that can still be run; null: there is none. */
  async definition(family: string): Promise<Definition | null> {
    return await this.#call('DescribeTaskDefinition', async ({ sdk, client, options }) => {
      const asked = new sdk.DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] });
      try {
        const { taskDefinition: found, tags = [] } = await client.send(asked, options);
        if (found?.status !== 'ACTIVE') return null;
        return { arn: found.taskDefinitionArn ?? '', tags, volumes: volumesIn(found) };
      } catch (error) {
        // Families that never were, or of which nothing can be run any more.
        if (codeOf(error) === 'ClientException') return null;
        throw error;
      }
    });
  }

  /** ecs:ListTaskDefinitionFamilies: those that begin with a text and of which something can be run. */
  async families(prefix: string): Promise<readonly string[]> {
    return await this.#call('ListTaskDefinitionFamilies', async ({ sdk, client, options }) =>
      paged(async (nextToken) => {
        const asked = { familyPrefix: prefix, status: 'ACTIVE', nextToken } as const;
        const answer = await client.send(new sdk.ListTaskDefinitionFamiliesCommand(asked), options);
        return { items: answer.families ?? [], next: answer.nextToken };
      }),
    );
  }

  /** ecs:ListTaskDefinitions, ecs:DeregisterTaskDefinition, ecs:DeleteTaskDefinitions: nothing of a family can be run any more. */
  async forgetFamily(family: string): Promise<void> {
    const arns = await this.#call('ListTaskDefinitions', async ({ sdk, client, options }) =>
      paged(async (nextToken) => {
        const asked = { familyPrefix: family, status: 'ACTIVE', nextToken } as const;
        const answer = await client.send(new sdk.ListTaskDefinitionsCommand(asked), options);
        return { items: answer.taskDefinitionArns ?? [], next: answer.nextToken };
      }),
    );
    for (const taskDefinition of arns) {
      await this.#call('DeregisterTaskDefinition', async ({ sdk, client, options }) => {
        await client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition }), options);
      });
    }
    for (let from = 0; from < arns.length; from += MOST_DEFINITIONS) {
      const taskDefinitions = arns.slice(from, from + MOST_DEFINITIONS);
      await this.#call('DeleteTaskDefinitions', async ({ sdk, client, options }) => {
        await client.send(new sdk.DeleteTaskDefinitionsCommand({ taskDefinitions }), options);
      });
    }
  }

  /** ecs:RunTask, ecs:TagResource; iam:PassRole for the roles of its definition. Answers the ARN of the task. */
  async run(request: RunTaskCommandInput): Promise<string> {
    return await this.#call('RunTask', async ({ sdk, client, options }) => {
      const asked = new sdk.RunTaskCommand({ ...request, cluster: this.#cluster });
      const { tasks: [made] = [], failures: [failure] = [] } = await client.send(asked, options);
      if (made?.taskArn !== undefined) return made.taskArn;
      throw failureOf(failure?.reason ?? 'RESOURCE: nothing was said', failure?.detail);
    });
  }

  /** ecs:ListTasks: ARNs of those that somebody started as. */
  async startedBy(startedBy: string): Promise<readonly string[]> {
    // Beside startedBy no other filter may stand.
    return await this.#list({ startedBy });
  }

  /** ecs:ListTasks: ARNs of a family, also of those that have just stopped. */
  async ofFamily(family: string): Promise<readonly string[]> {
    const [running, stopped] = [
      await this.#list({ family, desiredStatus: 'RUNNING' }),
      await this.#list({ family, desiredStatus: 'STOPPED' }),
    ];
    return [...new Set([...running, ...stopped])];
  }

  /** ecs:ListTasks: ARNs of all that shall run in the cluster. */
  async running(): Promise<readonly string[]> {
    return await this.#list({ desiredStatus: 'RUNNING' });
  }

  /** ecs:DescribeTasks, with tags. What was made a moment ago, and what stopped long ago, is missing. */
  async tasks(arns: readonly string[]): Promise<readonly Task[]> {
    const found: Task[] = [];
    for (let from = 0; from < arns.length; from += MOST_TASKS) {
      const tasks = arns.slice(from, from + MOST_TASKS);
      await this.#call('DescribeTasks', async ({ sdk, client, options }) => {
        const asked = new sdk.DescribeTasksCommand({ cluster: this.#cluster, tasks, include: ['TAGS'] });
        found.push(...((await client.send(asked, options)).tasks ?? []));
      });
    }
    return found;
  }

  /** ecs:DescribeContainerInstances: the machine at EC2 behind one of the cluster; null: it is gone. */
  async machineOf(containerInstance: string): Promise<string | null> {
    return await this.#call('DescribeContainerInstances', async ({ sdk, client, options }) => {
      const containerInstances = [containerInstance];
      const asked = new sdk.DescribeContainerInstancesCommand({ cluster: this.#cluster, containerInstances });
      const { containerInstances: [found] = [] } = await client.send(asked, options);
      return found?.ec2InstanceId ?? null;
    });
  }

  /** ecs:StopTask. */
  async stop(task: string, reason: string): Promise<void> {
    await this.#call('StopTask', async ({ sdk, client, options }) => {
      await client.send(new sdk.StopTaskCommand({ cluster: this.#cluster, task, reason }), options);
    });
  }

  async #list(filter: Omit<Library.ListTasksCommandInput, 'cluster'>): Promise<readonly string[]> {
    return await this.#call('ListTasks', async ({ sdk, client, options }) =>
      paged(async (nextToken) => {
        const asked = new sdk.ListTasksCommand({ ...filter, cluster: this.#cluster, nextToken });
        const answer = await client.send(asked, options);
        return { items: answer.taskArns ?? [], next: answer.nextToken };
      }),
    );
  }

  async #call<Answer>(about: string, call: (line: Line) => Promise<Answer>): Promise<Answer> {
    try {
      const [sdk, client] = [await import('@aws-sdk/client-ecs'), await this.#client()];
      return await call({ sdk, client, options: { abortSignal: AbortSignal.timeout(CALL_MS) } });
    } catch (error) {
      throw ecsError(error, `ecs:${about}`);
    }
  }
}
