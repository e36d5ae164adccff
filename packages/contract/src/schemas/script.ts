import { isScriptName, LIMITS, RESULT_SOURCES, type ResultView } from '@errand/core/vocabulary';
import { z } from 'zod';

export const ScriptName = z
  .string()
  .refine(isScriptName, 'must be 1 to 63 of a-z, 0-9, dash and underscore, and begin with a letter or digit');

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 of 0-9 and a-f');

/** A JSON Schema as a document; whether it is a good one is for the server to say, which compiles it. */
export const SchemaDocument = z
  .record(z.string(), z.unknown())
  .refine(
    (schema) => JSON.stringify(schema).length <= LIMITS.schemaBytes,
    `must be a JSON Schema of at most ${LIMITS.schemaBytes} bytes`,
  );

const Path = z
  .string()
  .max(200)
  .meta({ description: 'Names and indexes with dots between them; empty: the whole' });
const Unit = z.string().max(40).default('');

const Gauge = z
  .strictObject({
    kind: z.literal('gauge'),
    path: Path.default(''),
    min: z.number().default(0),
    max: z.number(),
    unit: Unit,
  })
  .refine(({ min, max }) => min < max, { message: 'must be more than min', path: ['max'] });

const Table = z.strictObject({
  kind: z.literal('table'),
  path: Path.default(''),
  columns: z
    .array(
      z.strictObject({ path: Path, title: z.string().max(100).optional() }).transform(({ path, title }) => ({
        path,
        title: title ?? path,
      })),
    )
    .max(50)
    .default([]),
});

const Chart = z.strictObject({
  kind: z.literal('chart'),
  path: Path.default(''),
  shape: z.enum(['line', 'bar']).default('line'),
  x: Path.nullable().default(null),
  y: z.array(Path).min(1).max(20).default(['']),
  unit: Unit,
});

export const ResultViewInput = z.discriminatedUnion('kind', [
  Gauge,
  Table,
  Chart,
  z.strictObject({ kind: z.literal('json') }),
]) satisfies z.ZodType<ResultView>;

export const ResultRuleInput = z.strictObject({
  from: z.enum(RESULT_SOURCES).default('file'),
  schema: SchemaDocument.nullable().default(null),
  view: ResultViewInput.nullable().default(null),
});
