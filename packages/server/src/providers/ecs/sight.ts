import type { Container, Task } from '@aws-sdk/client-ecs';
import { type EndedBy, type PortAddress, ProviderError, type SessionSpec } from '@errand/core';
import { CONTAINERS } from './task-definition.ts';

/** Where a task is on its way (docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html). */
export type TaskState = 'starting' | 'running' | 'stopping' | 'stopped';

const STATES: Readonly<Record<string, TaskState>> = {
  PROVISIONING: 'starting',
  PENDING: 'starting',
  ACTIVATING: 'starting',
  RUNNING: 'running',
  DEACTIVATING: 'stopping',
  STOPPING: 'stopping',
  DEPROVISIONING: 'stopping',
  STOPPED: 'stopped',
};

export function stateOf({ lastStatus = '', desiredStatus }: Task): TaskState {
  const state = STATES[lastStatus] ?? 'starting';
  return desiredStatus === 'STOPPED' && state !== 'stopped' ? 'stopping' : state;
}

/** What ECS is doing with a task that does not run yet. */
export function progressOf({ lastStatus = '', containers = [] }: Task): string {
  if (lastStatus === 'PROVISIONING') return 'ECS finds room for the task, and an address.';
  const waiting = containers.filter(({ lastStatus: each }) => each === 'PENDING').map(({ name }) => name);
  return waiting.length === 0 ? 'ECS starts the task.' : `ECS fetches and starts ${waiting.join(', ')}.`;
}

/** Where ports are reached: those of a task with an address of its own are what they are, others are some of its machine's. */
export function portsOf(
  task: Task,
  { ports }: Pick<SessionSpec, 'ports'>,
  machine: string | null,
): readonly PortAddress[] {
  const own = addressOf(task);
  if (own !== null) return ports.map(({ port }) => ({ port, host: own, outerPort: port }));
  const { networkBindings = [] } = mainOf(task) ?? {};
  return ports.flatMap(({ port }) => {
    const outerPort = networkBindings.find(({ containerPort }) => containerPort === port)?.hostPort;
    return outerPort === undefined ? [] : [{ port, host: machine, outerPort }];
  });
}

function addressOf({ attachments = [] }: Task): string | null {
  const details = attachments.find(({ type }) => type === 'ElasticNetworkInterface')?.details ?? [];
  return details.find(({ name }) => name === 'privateIPv4Address')?.value ?? null;
}

function mainOf({ containers = [] }: Task): Container | undefined {
  return containers.find(({ name }) => name === CONTAINERS.main);
}

/** How a task ended that nobody of us has ended. Throws `config` or `capacity` where it never ran, with what ECS says of it. */
export function endOf(task: Task): EndedBy {
  const { stopCode, stoppedReason = '', containers = [] } = task;
  const said = [stoppedReason, ...containers.map(({ reason }) => reason ?? '')].filter(Boolean).join('; ');
  if (stopCode === 'TaskFailedToStart')
    throw new ProviderError(kindOf(said), `ECS could not start it: ${said}`);
  if (/OutOfMemory/i.test(mainOf(task)?.reason ?? '')) return { kind: 'out_of_memory' };
  const tools = containers.find(({ name }) => name === CONTAINERS.tools);
  if (tools?.exitCode !== undefined && tools.exitCode !== 0) throw new ProviderError('config', NOT_BROUGHT);
  return { kind: 'machine_gone' };
}

const NOT_BROUGHT =
  'its first container could not bring the agent from this control plane; url in errand.yaml must be reached from the subnets of the task';

function kindOf(said: string): 'capacity' | 'config' | 'transient' {
  if (/capacity is unavailable|RESOURCE:|insufficient/i.test(said)) return 'capacity';
  return /timeout|timed out|internal/i.test(said) ? 'transient' : 'config';
}
