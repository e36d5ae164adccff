import type { ECSClient, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { AccessPointDescription, EFSClient } from '@aws-sdk/client-efs';
import {
  answerOf,
  pageOf,
  type SmallAnswers,
  type SmallCommand,
} from '../../../aws/testing/small-service.ts';

type Input = Readonly<Record<string, string>> & {
  readonly tasks?: readonly string[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
};

interface Family {
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
}

/** DescribeTasks takes no more. */
const MOST_TASKS = 100;

/**
 * As much of ECS and EFS as there is in tasks, definitions and access points that change when they are told to, for cases that must choose the moment. What ECS
 * itself makes of a request the emulator knows; what is done with its answers is seen here.
 */
export class SmallEcs {
  readonly tasks: Task[] = [];
  readonly families = new Map<string, Family>();
  readonly points: AccessPointDescription[] = [];
  /** Calls that change something, in their order: `StopTask t-1`. */
  readonly done: string[] = [];
  /** Called before each call, by its name; what it throws is the answer. */
  trouble: (call: string) => void = () => undefined;
  /** Tasks that ListTasks does not show yet. */
  readonly unlisted = new Set<string>();

  readonly ecs = async (): Promise<ECSClient> => this.#client() as ECSClient;
  readonly efs = async (): Promise<EFSClient> => this.#client() as EFSClient;

  task(arn: string, tags: Readonly<Record<string, string>>, more: Task = {}): void {
    const group = `family:errand-${tags['tag']}-${tags['session']}`;
    const state = { lastStatus: 'RUNNING', desiredStatus: 'RUNNING' };
    this.tasks.push({
      taskArn: arn,
      startedBy: tags['launch'],
      group,
      ...state,
      tags: tagsOf(tags),
      ...more,
    });
  }

  /** A definition of a session, with these access points of EFS. */
  family(tags: Readonly<Record<string, string>>, points: readonly string[] = [], status = 'ACTIVE'): void {
    const name = `errand-${tags['tag']}-${tags['session']}`;
    const mountPoints = points.map((sourceVolume) => ({ sourceVolume, containerPath: `/${sourceVolume}` }));
    const volumes = points.map((id) => ({
      name: id,
      efsVolumeConfiguration: { fileSystemId: 'fs-1', authorizationConfig: { accessPointId: id } },
    }));
    const about = { taskDefinitionArn: `arn/${name}:1`, status: status as 'ACTIVE' };
    const definition = { ...about, volumes, containerDefinitions: [{ name: 'errand-tools', mountPoints }] };
    this.families.set(name, { definition, tags: tagsOf(tags) });
  }

  point(id: string, tags: Readonly<Record<string, string>>): void {
    const Tags = tagsOf(tags).map(({ key, value }) => ({ Key: key, Value: value }));
    this.points.push({ AccessPointId: id, LifeCycleState: 'available', Tags });
  }

  #client(): unknown {
    return { send: async (command: SmallCommand) => answerOf(this, ANSWERS, command) };
  }
}

const ANSWERS: SmallAnswers<SmallEcs, Input> = {
  ListTasks: (ecs, { startedBy, family, desiredStatus = 'RUNNING', nextToken }) => {
    const found = ecs.tasks.filter(
      (task) =>
        !ecs.unlisted.has(task.taskArn ?? '') &&
        task.desiredStatus === desiredStatus &&
        (startedBy === undefined || task.startedBy === startedBy) &&
        (family === undefined || task.group === `family:${family}`),
    );
    const { page, next } = pageOf(found, nextToken);
    return { taskArns: page.map(({ taskArn }) => taskArn), nextToken: next };
  },
  DescribeTasks: ({ tasks }, { tasks: asked = [] }) => {
    if (asked.length > MOST_TASKS) throw refusal('InvalidParameterException');
    return { tasks: tasks.filter(({ taskArn = '' }) => asked.includes(taskArn)) };
  },
  StopTask: (ecs, { task }) => {
    ecs.done.push(`StopTask ${task}`);
    for (const each of ecs.tasks) if (each.taskArn === task) each.desiredStatus = 'STOPPED';
    return {};
  },
  RunTask: (ecs, { startedBy = '' }) => {
    ecs.done.push(`RunTask ${startedBy.split('/')[0]}`);
    return { tasks: [{ taskArn: `run-${ecs.done.length}` }] };
  },
  DescribeTaskDefinition: ({ families }, { taskDefinition = '' }) => {
    const found = families.get(taskDefinition);
    if (found === undefined) throw refusal('ClientException');
    return { taskDefinition: found.definition, tags: found.tags };
  },
  ListTaskDefinitionFamilies: ({ families }, { familyPrefix = '', nextToken }) => {
    const names = [...families.keys()].filter((name) => name.startsWith(familyPrefix));
    const { page, next } = pageOf(names, nextToken);
    return { families: page, nextToken: next };
  },
  ListTaskDefinitions: ({ families }, { familyPrefix = '' }) => {
    const arn = families.get(familyPrefix)?.definition.taskDefinitionArn;
    return { taskDefinitionArns: arn === undefined ? [] : [arn] };
  },
  DeregisterTaskDefinition: (ecs, { taskDefinition = '' }) => {
    ecs.families.delete(taskDefinition.replace(/^arn\/|:1$/g, ''));
    ecs.done.push(`DeregisterTaskDefinition ${taskDefinition}`);
    return {};
  },
  DeleteTaskDefinitions: () => ({}),
  DescribeAccessPoints: ({ points }, { NextToken }) => {
    const { page, next } = pageOf(points, NextToken);
    return { AccessPoints: page, NextToken: next };
  },
  TagResource: (ecs, { ResourceId, Tags = [] }) => {
    ecs.done.push(`TagResource ${ResourceId}`);
    for (const each of ecs.points)
      if (each.AccessPointId === ResourceId) each.Tags = [...(each.Tags ?? []), ...Tags];
    return {};
  },
  DeleteAccessPoint: (ecs, { AccessPointId }) => {
    ecs.done.push(`DeleteAccessPoint ${AccessPointId}`);
    const at = ecs.points.findIndex((each) => each.AccessPointId === AccessPointId);
    if (at >= 0) ecs.points.splice(at, 1);
    return {};
  },
};

function refusal(name: string): Error {
  return Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 } });
}

function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([name, value]) => ({ key: `errand:${name}`, value }));
}
