import { argvOf, type SessionSpec, type SpecProblem } from '@errand/core';
import { z } from 'zod';
import { KEEPER_FOLDER } from './keeper-volume.ts';

/** `options` of a session of this provider. What is left out is as the image has it. */
export const DockerOptions = z.strictObject({
  user: z.string().min(1).max(200).optional(),
  readOnlyRoot: z.boolean().optional(),
  /** Writable places in memory, for a root that is not. */
  tmpfs: z
    .array(z.string().regex(/^\/[^:,]+$/))
    .max(20)
    .optional(),
  capDrop: z
    .array(z.string().regex(/^[A-Za-z_]+$/))
    .max(64)
    .optional(),
  /** Default true: programs such as sudo cannot get more rights than they were started with. */
  noNewPrivileges: z.boolean().optional(),
  pids: z.int().min(1).max(1_000_000).optional(),
  entrypoint: z.array(z.string()).max(100).optional(),
  /** In the place of any command of the image: it stays, for commands that come later, until it is stopped. */
  hold: z.boolean().optional(),
});
export type DockerOptions = z.output<typeof DockerOptions>;

/** The engine refuses containers with less. */
const LEAST_MEMORY = 6 * 1024 * 1024;

const WISHES: readonly (readonly [string, (spec: SessionSpec) => boolean, string])[] = [
  ['image', ({ image }) => image === null, 'must be given: the name of an image, such as debian:12'],
  ['size', ({ size }) => size !== null, 'is for machines; give cpus and memory instead'],
  ['pool', ({ pool }) => pool !== null, 'is for the provider process; leave it out'],
  ['agent', ({ agent }) => agent !== null, 'is for the provider process; leave it out'],
  [
    'memory',
    ({ memoryBytes }) => memoryBytes !== null && memoryBytes < LEAST_MEMORY,
    'must be at least 6 MiB',
  ],
  [
    'command',
    ({ command }) => command !== null && argvOf(command).length === 0,
    'must be a command or a shell text',
  ],
  [
    'options.hold',
    ({ options, command }) => options['hold'] === true && command !== null,
    'takes the place of a command; leave one of the two out',
  ],
  ['volumes', ({ volumes }) => volumes.some(({ path }) => path === '/'), 'must not be put at /'],
  [
    'volumes',
    ({ volumes }) => volumes.some(({ path }) => `${path}/`.startsWith(`${KEEPER_FOLDER}/`)),
    `must not be put at ${KEEPER_FOLDER}, where the keeper lies`,
  ],
];

/** What of a spec cannot be. `remote`: the engine is on another machine. */
export function problems(spec: SessionSpec, remote: boolean): readonly SpecProblem[] {
  const wrong = WISHES.flatMap(([field, isWrong, message]) => (isWrong(spec) ? [{ field, message }] : []));
  if (remote && spec.ports.length > 0)
    wrong.push({ field: 'ports', message: 'need a Docker engine on the machine of the control plane' });
  const options = DockerOptions.safeParse(spec.options);
  const faults = options.success ? [] : options.error.issues;
  return [
    ...wrong,
    ...faults.map(({ path, message }) => ({ field: ['options', ...path].join('.'), message })),
  ];
}
