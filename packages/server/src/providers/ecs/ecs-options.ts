import type { SessionSpec, SpecProblem } from '@errand/core';
import { z } from 'zod';
import type { EcsSettings } from './ecs-settings.ts';
import { sizeProblem } from './task-size.ts';

const Folder = z
  .string()
  .max(200)
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/:\0]+)+$/, 'must be a path such as /data, without a slash at its end');

/** `options` of a session of this provider. What is left out is as the image or the configuration has it. */
export const EcsOptions = z.strictObject({
  user: z.string().min(1).max(200).optional(),
  readOnlyRoot: z.boolean().optional(),
  /** On capacity that AWS may take away. */
  spot: z.boolean().optional(),
  /** Folders that are empty at the start and gone with the task; only here, and in volumes, files of the session can be reached. */
  folders: z.array(Folder).max(10).optional(),
});
export type EcsOptions = z.output<typeof EcsOptions>;

type Wish = readonly [string, (spec: SessionSpec, settings: EcsSettings) => boolean, string];

const WISHES: readonly Wish[] = [
  ['image', ({ image }) => image === null, 'must be given: an image that ECS can fetch'],
  ['size', ({ size }) => size !== null, 'is for machines; give cpus and memory instead'],
  ['pool', ({ pool }) => pool !== null, 'is for the provider process; leave it out'],
  ['agent', ({ agent }) => agent !== null, 'is for the provider process; leave it out'],
  [
    'ports',
    ({ ports }) => ports.some(({ bind, range }) => bind !== null || range !== null),
    'need neither bind nor range: they are what they are at the address of the task, or ECS chooses them at that of its machine',
  ],
  [
    'options.spot',
    ({ options }, { launchType }) => options['spot'] === true && launchType === 'ec2',
    'is for Fargate; here the machines of the cluster decide',
  ],
  [
    'volumes',
    ({ volumes }, { fileSystem }) => volumes.length > 0 && fileSystem === undefined,
    'need ecs.fileSystem in errand.yaml, a file system of EFS; options.folders are there for as long as the task',
  ],
  [
    'volumes',
    ({ volumes }) => volumes.some(({ path }) => !Folder.safeParse(path).success),
    'must be put at paths such as /data, without a slash at their end',
  ],
  [
    'volumes',
    ({ volumes }) => new Set(volumes.map(({ name }) => name)).size < volumes.length,
    'must not be put at two places; one of each name is enough',
  ],
];

/** What of a spec cannot be. */
export function problems(settings: EcsSettings, spec: SessionSpec): readonly SpecProblem[] {
  const wrong = WISHES.flatMap(([field, isWrong, message]) =>
    isWrong(spec, settings) ? [{ field, message }] : [],
  );
  const size = sizeProblem(settings, spec);
  const parsed = EcsOptions.safeParse(spec.options);
  const faults = parsed.success
    ? folderProblems(foldersOf(spec), spec)
    : parsed.error.issues.map(({ path, message }) => ({ field: ['options', ...path].join('.'), message }));
  return [...wrong, ...(size === null ? [] : [size]), ...faults];
}

/** The folders that every container of the task sees, volumes among them. */
export function foldersOf(spec: SessionSpec): readonly string[] {
  return [...(EcsOptions.parse(spec.options).folders ?? []), ...spec.volumes.map(({ path }) => path)];
}

/** Of everything that is ours in a task. */
const OURS = '/.errand';
/** All of them are told with the start, for which ECS has 8,192 characters. */
const MOST_CHARACTERS = 5_000;

function folderProblems(folders: readonly string[], { files = [] }: SessionSpec): readonly SpecProblem[] {
  const within = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);
  const nested = folders.find(
    (each, at) =>
      each.startsWith(OURS) || folders.some((other, index) => index !== at && within(each, other)),
  );
  const outside = files.find(({ path }) => !folders.some((folder) => within(path, folder)));
  return [
    ...(nested === undefined
      ? []
      : [
          {
            field: 'options.folders',
            message: `and volumes must not lie in each other or in ${OURS}: ${nested}`,
          },
        ]),
    ...(folders.join().length <= MOST_CHARACTERS
      ? []
      : [
          {
            field: 'options.folders',
            message: `and volumes must have paths of at most ${MOST_CHARACTERS} characters in all`,
          },
        ]),
    ...(outside === undefined
      ? []
      : [
          {
            field: 'files',
            message: `can be put into volumes and options.folders only; ${outside.path} lies in none of them`,
          },
        ]),
  ];
}
