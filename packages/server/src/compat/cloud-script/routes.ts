import { API } from '@errand/contract';
import { describeEnd, ErrandError, type RunRecord } from '@errand/core';
import type { Context, Hono } from 'hono';
import { checkOrigin } from '../../http/guards.ts';
import { jsonOf } from '../../http/json-body.ts';
import type { AppParts, Environment } from '../../http/parts.ts';
import type { Services } from '../../services.ts';
import { type Actor, checkSees } from '../../use-cases/actor.ts';
import { submitRun } from '../../use-cases/runs/submit-run.ts';
import { latestLog } from '../latest-log.ts';
import { inOldShape } from '../old-answer.ts';
import { oldCaller, recorded } from '../old-caller.ts';
import { outputText } from '../output-text.ts';
import type { CloudScriptConfig } from './config.ts';
import { jobIdOf, runIdOf } from './job-id.ts';
import type { OldClients } from './old-clients.ts';
import { type OldResult, oldExit, postedResult } from './posted-result.ts';

export interface CloudScriptParts {
  readonly services: Services;
  readonly config: CloudScriptConfig;
  readonly clients: OldClients;
}

type Answer = (context: Context<Environment>, actor: Actor) => Promise<Response>;

/**
 * The functions of Lambda-CloudScript-Orchestrator under one address each: callers post jobs to `main` and poll `results`; clients post heartbeats and
 * what came of them to `client`. What differs is listed in docs/migrating/003-cloud-script.md.
 */
export function cloudScriptRoutes(
  app: Hono<Environment>,
  { guards }: Pick<AppParts, 'guards'>,
  parts: CloudScriptParts,
): void {
  const asked = (answer: Answer) => (context: Context<Environment>) =>
    inOldShape(async () => {
      if (!context.env.local) checkOrigin(context.req.raw, guards);
      // The old callers wrote the token with and without `Bearer`.
      const secret = (context.req.header('authorization') ?? '').replace(/^Bearer /i, '').trim();
      const actor = await oldCaller(parts.services, context, secret);
      if (actor === null) return message(401, 'Unauthorized');
      return await answer(context, actor);
    }, message);
  app.post(
    '/cloud-script/main',
    asked((context, actor) => enqueue(parts, context, actor)),
  );
  app.get(
    '/cloud-script/results',
    asked((context, actor) => result(parts, context, actor)),
  );
  app.post(
    '/cloud-script/client',
    asked((context, actor) => heartbeatOrResult(parts, context, actor)),
  );
  app.all('/cloud-script/*', () => message(405, 'POST to main and client, GET results?jobId=...'));
}

async function enqueue(
  { services, config }: CloudScriptParts,
  { req, env }: Context<Environment>,
  actor: Actor,
): Promise<Response> {
  if (actor.role === 'viewer' || actor.role === 'agent') return message(403, 'This key may not make jobs.');
  const isJson = /^application\/json\s*(;|$)/i.test(req.header('content-type') ?? '');
  if (!isJson) return message(400, 'The body must be JSON, with the content type application/json.');
  const body = await jsonOf(req.raw);
  const { name: script, ...args } = objectOf(body);
  if (typeof script !== 'string') return message(400, 'name must be the name of a script.');
  const request = API.createRun.body.safeParse({ script, args, pool: config.pool });
  if (!request.success)
    return message(400, `name must be the name of a script, such as intspd, not ${JSON.stringify(script)}.`);
  const act = { actor, action: 'createRun', address: env.address ?? null } as const;
  const run = await recorded(services, act, () =>
    submitRun(services.submit, actor, { request: request.data, idempotencyKey: null }),
  );
  const jobId = jobIdOf(run.id);
  const statusEndpoint = `/cloud-script/results?jobId=${jobId}`;
  return Response.json(
    { message: 'Request accepted for processing.', jobId, statusEndpoint },
    { status: 202 },
  );
}

async function result(
  { services }: CloudScriptParts,
  { req }: Context<Environment>,
  actor: Actor,
): Promise<Response> {
  const run = await jobOf(services, req.query('jobId'));
  if (run instanceof Response) return run;
  checkSees(actor, run.owner, 'run');
  if (run.end === null) return message(202, 'in progress');
  // A client of another make brought nothing but JSON of its own: that is all there is.
  const silent = (await services.logs.size(latestLog(run))) === 0;
  const reported = silent ? await services.store.runs.result(run.id) : null;
  if (reported !== null) return Response.json(JSON.parse(reported.json));
  return Response.json(await oldResult(services, run, run.end));
}

async function oldResult(
  services: Services,
  run: RunRecord,
  { reason, at }: NonNullable<RunRecord['end']>,
): Promise<OldResult> {
  const { exitCode, line } = oldExit(reason, describeEnd(reason).sentence);
  const [stdout, stderr] = [
    await outputText(services, run, 'stdout'),
    await outputText(services, run, 'stderr'),
  ];
  return {
    script: run.spec.script?.name ?? '',
    jobId: jobIdOf(run.id),
    exitCode,
    stdout,
    stderr: line === '' || stderr.includes(line) ? stderr : [stderr, line].filter(Boolean).join('\n'),
    timestamp: new Date(at).toISOString(),
  };
}

async function heartbeatOrResult(
  { services, clients }: CloudScriptParts,
  { req }: Context<Environment>,
  actor: Actor,
): Promise<Response> {
  if (actor.role !== 'agent' && actor.role !== 'admin')
    return message(403, 'Clients need a key with the role agent.');
  const body = await jsonOf(req.raw).catch(() => undefined);
  if (body === undefined) return message(400, 'Invalid JSON payload');
  const jobId = req.query('jobId');
  if (jobId === undefined && isHeartbeat(body)) return await heartbeat(clients, req.raw.signal);
  const run = await jobOf(services, jobId, 'Job ID is required as a query parameter.');
  if (run instanceof Response) return run;
  const posted = postedResult(body);
  if (posted === null)
    return message(400, 'exitCode must be a number from -1 to 255 or null, stdout and stderr texts.');
  await clients.bring(run, posted);
  return message(200, 'Data stored successfully!');
}

function isHeartbeat(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'status' in body && body.status === 'heartbeat';
}

async function heartbeat(clients: OldClients, signal: AbortSignal): Promise<Response> {
  const job = await clients.take(signal);
  if (job === null) return new Response(null, { status: 204 });
  const payload = JSON.stringify({ name: job.script, ...job.args });
  return Response.json({ payload, jobId: jobIdOf(job.runId) });
}

async function jobOf(
  { store }: Services,
  jobId: string | undefined,
  missing = 'jobId is required as a query parameter.',
): Promise<RunRecord | Response> {
  if (jobId === undefined || jobId === '') return message(400, missing);
  const id = runIdOf(jobId);
  const run = id === null ? null : await store.runs.get(id);
  return run ?? message(404, 'There is no such job.');
}

function objectOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new ErrandError('invalid', 'the body must be a JSON object such as {"name": "intspd"}');
}

function message(status: number, text: string): Response {
  return Response.json({ message: text }, { status });
}
