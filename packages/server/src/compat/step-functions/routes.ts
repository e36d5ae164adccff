import { ErrandError, type JobRecord } from '@errand/core';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { faultSentence } from '../../fault-sentence.ts';
import { checkOrigin } from '../../http/guards.ts';
import type { AppParts, Environment } from '../../http/parts.ts';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { askJob } from '../../use-cases/jobs/ask-job.ts';
import { seeJob } from '../../use-cases/jobs/see-job.ts';
import { submitJob } from '../../use-cases/jobs/submit-job.ts';
import { inOldShape } from '../old-answer.ts';
import { oldCaller, recorded } from '../old-caller.ts';
import type { StepFunctionsConfig } from './config.ts';
import { executionHistory, executionView, seconds } from './execution-view.ts';

export interface StepFunctionsParts {
  readonly services: Services;
  readonly config: StepFunctionsConfig;
}

interface Asked extends StepFunctionsParts {
  readonly actor: Actor;
  readonly address: string | null;
  readonly body: unknown;
}

type Answer = (asked: Asked) => Promise<object>;

const OPERATIONS: Readonly<Record<string, Answer>> = {
  StartExecution: startExecution,
  DescribeExecution: describeExecution,
  StopExecution: stopExecution,
  GetExecutionHistory: getExecutionHistory,
};

/**
 * The part of AWS Step Functions (JSON 1.0 protocol) with which executions of ngen-datastream were started and watched, answered from jobs. The access
 * key id of the caller is a key of ours. What differs is listed in docs/migrating/002-ngen-datastream.md.
 */
export function stepFunctionsRoutes(
  app: Hono<Environment>,
  { guards }: Pick<AppParts, 'guards'>,
  parts: StepFunctionsParts,
): void {
  for (const path of ['/step-functions', '/step-functions/'])
    app.post(path, (context) =>
      inOldShape(async () => {
        if (!context.env.local) checkOrigin(context.req.raw, guards);
        return await answer(parts, context);
      }, refusal),
    );
}

async function answer(parts: StepFunctionsParts, context: Context<Environment>): Promise<Response> {
  const { req, env } = context;
  const actor = await oldCaller(parts.services, context, secretOf(req.raw));
  if (actor === null)
    return failure('UnrecognizedClientException', 'The access key id must be a key: err_...');
  const [, name = ''] = (req.header('x-amz-target') ?? '').split('.');
  const operation = OPERATIONS[name];
  if (operation === undefined) return failure('UnknownOperationException', `There is no ${name} here.`);
  const text = await req.text();
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    return json(200, await operation({ ...parts, actor, address: env.address ?? null, body }));
  } catch (error) {
    if (error instanceof SyntaxError) return failure('SerializationException', 'The body must be JSON.');
    if (error instanceof OldError) return failure(error.type, error.message);
    throw error;
  }
}

/** `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/states/aws4_request, ...`. The signature says no more than the key itself. */
function secretOf(request: Request): string | undefined {
  return /Credential=([^/,\s]+)\//.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** What AWS calls an error. */
class OldError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const MachineArn = z
  .string()
  .regex(
    /^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[\w.-]{1,80}$/,
    'must be the ARN of a state machine',
  );
const ExecutionArn = z
  .string()
  .regex(
    /^arn:aws[\w-]*:states:[\w-]+:\d{12}:execution:[\w.-]{1,80}:[\w.-]{1,80}$/,
    'must be the ARN of an execution',
  );

const Start = z.looseObject({
  stateMachineArn: MachineArn,
  name: z
    .string()
    .regex(/^[\w.-]{1,80}$/, 'must be 1 to 80 letters, digits, dots, dashes and underscores')
    .optional(),
  input: z.string().default('{}'),
});
const About = z.looseObject({ executionArn: ExecutionArn });

async function startExecution({ services, config, actor, address, body }: Asked): Promise<object> {
  const { stateMachineArn, name = crypto.randomUUID(), input } = parsed(Start, body);
  const { session } = config;
  const document = {
    run_options: {},
    ...inputOf(input),
    name,
    ...(session === undefined ? {} : { session }),
  };
  const job = await recorded(services, { actor, action: 'createJob', address }, () =>
    submitJob(services.jobs, actor, { document, idempotencyKey: `execution ${name}` }),
  ).catch((error: unknown) => {
    throw startError(error, name);
  });
  if (job.state === 'finished') throw alreadyExists(name);
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return { executionArn, startDate: seconds(job.createdAt) };
}

function inputOf(input: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(input);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new OldError('InvalidExecutionInput', 'The input must be a JSON object.');
}

function startError(error: unknown, name: string): unknown {
  if (!(error instanceof ErrandError)) return error;
  if (error.code === 'conflict') return alreadyExists(name);
  if (error.code === 'invalid') return new OldError('InvalidExecutionInput', error.message);
  return error;
}

function alreadyExists(name: string): OldError {
  return new OldError('ExecutionAlreadyExists', `There is an execution ${name} already, or there was.`);
}

async function describeExecution(asked: Asked): Promise<object> {
  const { job, executionArn } = await jobOf(asked);
  return executionView(job, executionArn);
}

async function stopExecution(asked: Asked): Promise<object> {
  const { job } = await jobOf(asked);
  const { services, actor, address } = asked;
  const now = services.clock.now();
  await recorded(services, { actor, action: 'cancelJob', target: job.id, address }, () =>
    askJob(services.jobs, { actor, word: job.id }, { kind: 'cancel', by: actor.name, now }),
  );
  return { stopDate: seconds(now) };
}

async function getExecutionHistory(asked: Asked): Promise<object> {
  const { job } = await jobOf(asked);
  const { reverseOrder } = asked.body as { readonly reverseOrder?: unknown };
  const events = executionHistory(job);
  return { events: reverseOrder === true ? events.toReversed() : events };
}

async function jobOf({ services, actor, body }: Asked): Promise<{ job: JobRecord; executionArn: string }> {
  const { executionArn } = parsed(About, body);
  const name = executionArn.slice(executionArn.lastIndexOf(':') + 1);
  try {
    return { job: await seeJob(services.jobs, actor, name), executionArn };
  } catch (error) {
    if (!(error instanceof ErrandError) || error.code !== 'not_found') throw error;
    throw new OldError('ExecutionDoesNotExist', `There is no execution ${executionArn}.`);
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body, { error: faultSentence });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new OldError(
    field.endsWith('Arn') ? 'InvalidArn' : 'ValidationException',
    `${field}: ${issue?.message ?? ''}`,
  );
}

function refusal(status: number, sentence: string): Response {
  return json(status, {
    __type: status === 403 ? 'AccessDeniedException' : 'ValidationException',
    message: sentence,
  });
}

function failure(type: string, message: string): Response {
  return json(400, { __type: type, message });
}

function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
  });
}
