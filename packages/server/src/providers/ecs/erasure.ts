import { createHash, randomUUID } from 'node:crypto';
import type { Task } from '@aws-sdk/client-ecs';
import { ProviderError } from '@errand/core';
import type { AccessPoint } from './access-points.ts';
import type { Definition, EcsCalls } from './ecs-calls.ts';
import type { EcsSettings } from './ecs-settings.ts';
import { familyOf, type Place, TAGS, tagOf } from './names.ts';
import { CONTAINERS } from './task-definition.ts';
import { placement } from './task-request.ts';
import type { Volumes } from './volumes.ts';

/** The first container ends with it: so ECS never begins the other two, which wait for its success. */
const ERASED = 77;
/** What is not done by then goes on in another task. */
const MOST_S = 1_800;
const SCRIPT = `
const { readdir, rm } = require('node:fs/promises');
const [seconds, ...folders] = process.argv.slice(1);
setTimeout(() => process.exit(1), 1000 * seconds);
const erase = async () => {
  for (const folder of folders)
    for (const name of await readdir(folder)) await rm(folder + '/' + name, { recursive: true, force: true });
};
erase().then(() => process.exit(${ERASED}), (error) => {
  console.error('errand: a volume cannot be emptied:', String(error));
  process.exit(1);
});`.trim();

const PREFIX = 'erase/';

/** Is it a task of ours that empties volumes? */
export function isErasure({ startedBy = '' }: Task): boolean {
  return startedBy.startsWith(PREFIX);
}

interface ErasureParts {
  readonly calls: EcsCalls;
  readonly volumes: Volumes;
  readonly settings: EcsSettings;
}

/**
 * Lets go of everything that a session without a task still has: its definition, and the volumes that no other session has. EFS is reached from tasks
 * only, so these are emptied by one more, of the same definition: its first container does it, and the others never begin.
 */
export async function letGo(parts: ErasureParts, place: Place): Promise<'done' | 'pending'> {
  const { calls, volumes } = parts;
  const definition = await calls.definition(familyOf(place));
  if (definition === null) return await volumes.removeLeft(place);
  const doomed = await volumes.letGo(place, definition);
  if (doomed === 'pending') return 'pending';
  if (doomed.length === 0) return 'done';
  const startedBy = `${PREFIX}${place.launch}/${digestOf(doomed)}`;
  const tasks = await calls.tasks(await calls.ofFamily(familyOf(place)));
  const tries = tasks.filter((task) => task.startedBy === startedBy);
  if (!tries.some(hasErased)) return await eraseBy(startedBy, { parts, place, definition, doomed, tries });
  const alive = tasks.filter((task) => isErasure(task) && task.lastStatus !== 'STOPPED');
  for (const { taskArn = '' } of alive) await calls.stop(taskArn, 'The volumes are empty.');
  if (alive.length > 0) return 'pending';
  await volumes.remove(doomed);
  return await letGo(parts, place);
}

interface Try {
  readonly parts: ErasureParts;
  readonly place: Place;
  readonly definition: Definition;
  readonly doomed: readonly AccessPoint[];
  readonly tries: readonly Task[];
}

async function eraseBy(
  startedBy: string,
  { parts, place, definition, doomed, tries }: Try,
): Promise<'pending'> {
  const { calls, settings } = parts;
  if (tries.some(({ lastStatus }) => lastStatus !== 'STOPPED')) return 'pending';
  const folders = definition.volumes.filter(({ accessPoint }) => doomed.some(({ id }) => id === accessPoint));
  await calls.run({
    ...placement(settings, { spot: false }),
    taskDefinition: definition.arn,
    clientToken: randomUUID(),
    startedBy,
    tags: [
      { key: TAGS.tag, value: place.tag },
      { key: TAGS.session, value: place.session },
      { key: TAGS.owner, value: tagOf(definition.tags, TAGS.owner) },
    ],
    overrides: {
      containerOverrides: [
        {
          name: CONTAINERS.tools,
          command: ['-e', SCRIPT, String(MOST_S), ...folders.map(({ path }) => path)],
        },
      ],
    },
  });
  if (tries.length === 0) return 'pending';
  const why = tries.map(({ stoppedReason = '' }) => stoppedReason).find(Boolean) ?? 'nothing was said';
  throw new ProviderError('transient', `its volumes could not be emptied yet: ${why}; it is tried again`);
}

function hasErased({ containers = [] }: Task): boolean {
  return containers.some(({ name, exitCode }) => name === CONTAINERS.tools && exitCode === ERASED);
}

/** The same for the same volumes. */
function digestOf(doomed: readonly AccessPoint[]): string {
  const ids = doomed.map(({ id }) => id).toSorted();
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 16);
}
