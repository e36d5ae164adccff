import { type SessionSpec, type SpecProblem, span } from '@errand/core';
import { z } from 'zod';

/** No function works longer, whatever it is told. */
export const LONGEST_MS = 900_000;

/** `options` of what this provider makes. */
const LambdaOptions = z.strictObject({
  /** Name or ARN, with a version or an alias behind it if wanted. */
  function: z
    .string()
    .regex(/^[\w:$-]{1,200}$/, 'must be a name such as errand-worker, or an ARN')
    .optional(),
});

/** What the configuration says for all of it. */
export interface LambdaSettings {
  readonly function: string;
}

/** What of a spec cannot be. */
export function problems(spec: SessionSpec): readonly SpecProblem[] {
  const wrong = WISHES.flatMap(([field, isWrong, message]) => (isWrong(spec) ? [{ field, message }] : []));
  const parsed = LambdaOptions.safeParse(spec.options);
  const faults = parsed.error?.issues ?? [];
  return [
    ...wrong,
    ...faults.map(({ path, message }) => ({ field: ['options', ...path].join('.'), message })),
  ];
}

export function functionOf(settings: LambdaSettings, { options }: SessionSpec): string {
  return LambdaOptions.parse(options).function ?? settings.function;
}

const AT_THE_FUNCTION = 'is decided where the function is published (errand aws deploy-worker); leave it out';
const FOR_PROCESSES = 'is for the provider process; leave it out';

type Wish = readonly [string, (spec: SessionSpec) => boolean, string];

const WISHES: readonly Wish[] = [
  ['image', ({ image }) => image !== null, 'is for containers and machines; give options.function'],
  ['size', ({ size }) => size !== null, AT_THE_FUNCTION],
  ['cpus', ({ cpus }) => cpus !== null, AT_THE_FUNCTION],
  ['memory', ({ memoryBytes }) => memoryBytes !== null, AT_THE_FUNCTION],
  ['pool', ({ pool }) => pool !== null, FOR_PROCESSES],
  ['agent', ({ agent }) => agent !== null, FOR_PROCESSES],
  [
    'command',
    ({ command }) => command !== null,
    'cannot be: a function executes one run, and nothing beside it',
  ],
  ['ports', ({ ports }) => ports.length > 0, 'cannot be reached at a function'],
  ['volumes', ({ volumes }) => volumes.length > 0, 'cannot be: a function keeps nothing'],
  [
    'files',
    ({ files = [] }) => files.length > 0,
    'cannot be put into a function; let the command fetch them',
  ],
  ['health', ({ health }) => health !== null, 'is ready when its agent is there; leave it out'],
  [
    'env',
    ({ env, sealedEnv }) => Object.keys(env).length + Object.keys(sealedEnv).length > 0,
    'cannot be set here; give them to the pool or to the run',
  ],
  [
    'lease',
    ({ limits }) => limits.leaseMs < LONGEST_MS,
    `must be at least ${span(LONGEST_MS)}: until then a function may work where nobody can reach it`,
  ],
];
