import { STATUS_BY_CODE } from '@errand/contract';
import { ErrandError, type RunRecord } from '@errand/core';
import type { Context, Hono } from 'hono';
import { checkOrigin } from '../../http/guards.ts';
import { jsonOf } from '../../http/json-body.ts';
import { streamOf } from '../../http/log-response.ts';
import type { AppParts, Environment } from '../../http/parts.ts';
import { byteRange } from '../../http/range.ts';
import type { Sealer } from '../../secrets.ts';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { hashSecret } from '../../use-cases/keys/secret.ts';
import { slowFailure } from '../../use-cases/keys/slow-failure.ts';
import { submitRun } from '../../use-cases/runs/submit-run.ts';
import { latestLog } from '../latest-log.ts';
import { inOldShape } from '../old-answer.ts';
import { oldCaller, recorded } from '../old-caller.ts';
import type { AwsExecConfig } from './config.ts';
import type { Deliverer } from './deliverer.ts';
import { execRequest } from './exec-request.ts';
import { logTicket, runOfTicket } from './log-ticket.ts';
import { oldLogOf } from './old-log.ts';
import { checkTarget } from './push-target.ts';
import { runIdOf, uidOf } from './uid.ts';

export interface AwsExecParts {
  readonly services: Services;
  readonly sealer: Sealer;
  readonly config: AwsExecConfig;
  readonly deliverer: Deliverer;
}

/**
 * The HTTP interface of aws-exec, as its clients call it: submit, then poll with the offset one has until the exit status comes; the bytes
 * themselves are fetched from an address that is good for a minute. What differs is listed in docs/migrating/001-aws-exec.md.
 */
export function awsExecRoutes(
  app: Hono<Environment>,
  { guards }: Pick<AppParts, 'guards'>,
  parts: AwsExecParts,
): void {
  for (const path of ['/api/*', '/_version']) {
    app.use(path, async (context, next) => {
      if (!context.env.local) checkOrigin(context.req.raw, guards);
      await next();
    });
  }
  app.options('/api/*', (context) => context.body(null, 200));
  app.get('/_version', (context) => context.json(versionOf(parts.services.version)));
  app.post('/api/exec', (context) => inOldShape(() => submit(parts, context), plain));
  app.get('/api/exec', (context) => inOldShape(() => poll(parts, context), plain));
  app.get('/api/log/:ticket', (context) => inOldShape(() => readBytes(parts, context), plain));
  app.all('/api/*', () => notFound());
}

function versionOf(version: string): Record<string, string> {
  const text = `errand ${version}`;
  return { errand: `${hashSecret(text)} ${text.length} B` };
}

async function submit(
  { services, config, deliverer }: AwsExecParts,
  context: Context<Environment>,
): Promise<Response> {
  const caller = await callerOf(services, context);
  if (caller === null) return unauthorized();
  const { run: request, pushUrls, script } = execRequest(await jsonOf(context.req.raw), config);
  if (pushUrls !== null) for (const url of Object.values(pushUrls)) checkTarget(url, config.pushTo);
  const { actor } = caller;
  const act = { actor, action: 'createRun', address: context.env.address ?? null } as const;
  const run = await recorded(services, act, () =>
    submitRun(services.submit, actor, { request, idempotencyKey: null }),
  ).catch((error: unknown) => {
    // The old system answered so where nobody had registered the name.
    if (script !== null && isUnknownScript(error)) return null;
    throw error;
  });
  if (run === null) return notFound('');
  if (pushUrls !== null) await deliverer.add(run.id, pushUrls);
  const uid = uidOf(run);
  return Response.json({ uid }, { headers: { uid, 'auth-name': caller.authName } });
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof ErrandError && error.details?.['field'] === 'script';
}

async function poll({ services, sealer }: AwsExecParts, context: Context<Environment>): Promise<Response> {
  const caller = await callerOf(services, context);
  if (caller === null) return unauthorized();
  const start = context.req.query('range-start') ?? '';
  if (!/^\d{1,15}$/.test(start))
    throw new ErrandError('invalid', 'range-start must be a number of bytes from 0 on');
  const run = await ownRun(services, caller.actor, context.req.query('uid') ?? '');
  if (run === null) return notFound();
  const log = await oldLogOf(services.logs, run);
  if (log.exit !== null && Number(start) >= log.size) return Response.json({ exit: log.exit, url: '' });
  const ticket = logTicket(sealer, run.id, services.clock.now());
  return Response.json({ exit: null, url: new URL(`/api/log/${ticket}`, context.req.url).href });
}

/** Runs belong to the very key that made them: another one learns nothing, not even that they exist. */
async function ownRun({ store }: Services, actor: Actor, uid: string): Promise<RunRecord | null> {
  const id = runIdOf(uid);
  const run = id === null ? null : await store.runs.get(id);
  return run?.createdBy === actor.id ? run : null;
}

async function readBytes(
  { services, sealer }: AwsExecParts,
  context: Context<Environment>,
): Promise<Response> {
  const runId = runOfTicket(sealer, context.req.param('ticket') ?? '', services.clock.now());
  const run = runId === null ? null : await services.store.runs.get(runId);
  if (run === null) return new Response('', { status: 403 });
  const log = await oldLogOf(services.logs, run);
  services.reads.note(latestLog(run));
  const range = byteRange(
    { header: context.req.header('range') ?? null, from: undefined },
    { size: log.size, open: false },
  );
  const headers = new Headers({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(range.to - range.from),
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  if (range.partial) headers.set('content-range', `bytes ${range.from}-${range.to - 1}/${log.size}`);
  return new Response(streamOf(log.read(range.from, range.to)), {
    status: range.partial ? 206 : 200,
    headers,
  });
}

interface Caller {
  readonly actor: Actor;
  /** The name that the old system knew a key by: its own, and the first digits of its hash. */
  readonly authName: string;
}

async function callerOf(services: Services, context: Context<Environment>): Promise<Caller | null> {
  const secret = context.req.header('auth') ?? '';
  const actor = await oldCaller(services, context, secret);
  if (actor === null) return null;
  if (actor.role !== 'viewer' && actor.role !== 'agent')
    return {
      actor,
      authName: `${actor.name.replaceAll(/[^\x20-\x7e]/g, '?')}:${hashSecret(secret).slice(0, 16)}`,
    };
  await slowFailure(services.clock);
  return null;
}

function unauthorized(): Response {
  return new Response('', { status: 401 });
}

function notFound(body = '404'): Response {
  return new Response(body, { status: 404 });
}

/** A sentence as plain text. A range that begins nowhere has none: it means that there is nothing yet. */
function plain(status: number, sentence: string): Response {
  return new Response(status === STATUS_BY_CODE.range ? '' : sentence, {
    status,
    headers: { 'content-type': 'text/plain' },
  });
}
