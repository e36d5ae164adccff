import { LIMITS, RESULT_SOURCES } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Environment } from './environment.ts';
import { SomeTime } from './quantity.ts';
import { Argv } from './run.ts';
import { ResultRuleInput, ResultViewInput, SchemaDocument, ScriptName } from './script.ts';
import { Label, OwnerPath, ProgramText } from './text.ts';

/** What a script is, as it is registered over HTTP and as it stands in a file. Whether its parts fit together is for the server to say. */
export const ScriptDefinition = z.strictObject({
  name: ScriptName.optional().meta({ description: 'As in the path, or left out' }),
  description: z.string().max(2_000).nullable().default(null),
  command: Argv.optional().meta({
    description:
      'Program and arguments; {name} becomes the value of a parameter, {name...} as a whole argument those of a list',
  }),
  shell: ProgramText.refine((text) => text.trim() !== '', 'must not be empty')
    .optional()
    .meta({
      description:
        'A text for sh -c, instead of command; it finds its arguments in variables such as ARG_NAME',
    }),
  module: ProgramText.refine(
    (text) => text.trim() !== '' && new TextEncoder().encode(text).length <= LIMITS.scriptModuleBytes,
    `must be the source of a module of at most ${LIMITS.scriptModuleBytes} bytes`,
  )
    .optional()
    .meta({
      description:
        'The source of a module in JavaScript or TypeScript that exports run(args, context), instead of command',
    }),
  parameters: SchemaDocument.default({}).meta({
    description: 'JSON Schema (2020-12) of the arguments, an object; writeOnly: true makes a text secret',
  }),
  result: z
    .strictObject({
      from: z.enum(RESULT_SOURCES).optional().meta({
        description: 'file: what ERRAND_RESULT names; return: the value of a module; stdout: its last line',
      }),
      schema: SchemaDocument.nullable().default(null),
      view: ResultViewInput.nullable().default(null),
    })
    .nullable()
    .default(null),
  pool: Label.nullable().default(null),
  timeout: SomeTime.nullable().default(null),
  env: Environment.default({}),
  owner: OwnerPath.nullable().optional().meta({
    description:
      'Who may call it, with everybody below; null: everybody. By default everybody for admins, else the owner of the key',
  }),
});
export type ScriptDefinition = z.output<typeof ScriptDefinition>;
export type ScriptDefinitionInput = z.input<typeof ScriptDefinition>;

export const ScriptParams = z.strictObject({ name: ScriptName });

export const FindScriptQuery = z.strictObject({
  owner: OwnerPath.or(z.literal('')).optional().meta({
    description: 'Only the one of this owner; empty: only the one for everybody',
  }),
});

export const Script = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['command', 'shell', 'module', 'offered']),
    origin: z
      .enum(['registered', 'folder', 'agents'])
      .meta({ description: 'Registered here, from the folder of the server, or offered by agents' }),
    owner: z.string().nullable().meta({ description: 'null: everybody' }),
    description: z.string().nullable(),
    command: z.array(z.string()).nullable(),
    shell: z.string().nullable(),
    parameters: z.record(z.string(), z.unknown()),
    result: ResultRuleInput.nullable(),
    pool: z.string().nullable(),
    timeoutMs: z.int().nullable(),
    env: z.record(z.string(), z.string()),
    sha256: z.string().meta({ description: 'Of this version' }),
    updatedAt: z.iso.datetime().nullable(),
    agents: z
      .array(z.strictObject({ id: z.string(), name: z.string(), pool: z.string() }))
      .meta({ description: 'The agents online that offer it; empty for one that is registered here' }),
    problem: z.string().nullable().meta({ description: 'Why it cannot be called' }),
  })
  .meta({ id: 'Script' });
export type Script = z.output<typeof Script>;

export const ScriptSource = Script.extend({
  module: z.string().nullable().meta({ description: 'The source of a module' }),
});
export const ScriptList = z.strictObject({ scripts: z.array(Script) });
