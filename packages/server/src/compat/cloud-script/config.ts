import { ScriptDefinitionSchema } from '@errand/contract';
import { isScriptName } from '@errand/core';
import { z } from 'zod';

const ScriptName = z.string().refine(isScriptName, 'must be a name: a-z, 0-9, dash and underscore');

const OldScript = z.strictObject({
  name: ScriptName,
  description: z.string().optional(),
  result: ScriptDefinitionSchema.shape.result.meta({ description: 'How the JSON that it prints is shown' }),
});

/** Where jobs of old callers go, and what the machines of old clients can run. */
export const CloudScriptConfig = z.strictObject({
  pool: z.string().meta({ description: 'Pool of the jobs; made if it is new' }),
  scripts: z
    .array(z.union([ScriptName, OldScript]))
    .default([])
    .meta({
      description: 'What lies beside the old clients, by name without .js; nothing else is handed to them',
    }),
});
export type CloudScriptConfig = z.output<typeof CloudScriptConfig>;
