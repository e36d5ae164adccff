import { API, type RunCreate } from '@errand/contract';
import { ErrandError } from '@errand/core';
import { z } from 'zod';
import { faultSentence } from '../../fault-sentence.ts';
import type { AwsExecConfig } from './config.ts';

/** The old log cap, 32 MiB. */
const MOST_LOG = 32 * 1_024 * 1_024;

const PushUrls = z.strictObject({ log: z.url(), exit: z.url(), size: z.url() });
export type PushUrls = z.output<typeof PushUrls>;

const ExecBody = z
  .strictObject({
    argv: z.array(z.string()).optional(),
    'rpc-name': z.string().optional(),
    'rpc-args': z.string().optional(),
    'push-urls': PushUrls.nullish(),
  })
  .refine((body) => (body.argv ?? []).length > 0 !== ((body['rpc-name'] ?? '') !== ''), {
    message: 'give either a non-empty argv, or rpc-name with rpc-args',
  });

/** What an old client asks for, in our words. Throws `invalid` with a sentence. */
export interface ExecRequest {
  readonly run: RunCreate;
  readonly pushUrls: PushUrls | null;
  /** A registered script by name. */
  readonly script: string | null;
}

export function execRequest(body: unknown, { pool, timeout }: AwsExecConfig): ExecRequest {
  const { argv, 'rpc-name': script, 'rpc-args': args, 'push-urls': pushUrls } = checked(ExecBody, body);
  const what =
    script === undefined || script === ''
      ? { command: argv }
      : { script, args: objectOf(args === undefined || args === '' ? '{}' : args) };
  const run = checked(API.createRun.body, { ...what, pool, timeout, maxLog: MOST_LOG });
  return { run, pushUrls: pushUrls ?? null, script: script === '' ? null : (script ?? null) };
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ErrandError('invalid', 'rpc-args must be the text of a JSON object', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ErrandError('invalid', 'rpc-args must be the text of a JSON object');
  return value as Record<string, unknown>;
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { error: faultSentence });
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new ErrandError('invalid', faults.join('; '));
}
