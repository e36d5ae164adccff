import { API } from '@errand/contract';
import { ErrandError, type RunRecord, type SessionRecord } from '@errand/core';
import type { Context, Hono } from 'hono';
import { checkOrigin } from '../../http/guards.ts';
import { jsonOf } from '../../http/json-body.ts';
import type { AppParts, Environment } from '../../http/parts.ts';
import type { Services } from '../../services.ts';
import { type Actor, checkSees, checkTouches } from '../../use-cases/actor.ts';
import { awaitRun } from '../../use-cases/runs/see-run.ts';
import { submitRun } from '../../use-cases/runs/submit-run.ts';
import { createSession } from '../../use-cases/sessions/create-session.ts';
import { awaitSession, seeSession } from '../../use-cases/sessions/see-session.ts';
import { wakeSession } from '../../use-cases/sessions/wake-session.ts';
import { inOldShape } from '../old-answer.ts';
import { oldCaller, recorded } from '../old-caller.ts';
import { outputText } from '../output-text.ts';
import { commandStatus } from './command-status.ts';
import type { CortxConfig } from './config.ts';

export interface CortxParts {
  readonly services: Services;
  readonly config: CortxConfig;
  readonly warn: (message: string, about: object) => void;
}

/** A machine that still starts is waited for this long before its caller is told to come again. */
const READY_MS = 50_000;
/** The longest that one call waits for its command. */
const CALL_MS = 10 * 60_000;

type Answer = (parts: CortxParts, actor: Actor, context: Context<Environment>) => Promise<Response>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  createInstance,
  callCommand,
  initiateCommand,
  checkCommand,
};

/**
 * The four functions of the CORTX AWS Lambda: an instance is a session, a command a run in it. Methods are not looked at, as they never were. What differs is
 * listed in docs/migrating/000-cortx.md.
 */
export function cortxRoutes(
  app: Hono<Environment>,
  { guards }: Pick<AppParts, 'guards'>,
  parts: CortxParts,
): void {
  const warned = new Set<string>();
  const serve = (context: Context<Environment>, stage: string, name: string): Promise<Response> =>
    inOldShape(async () => {
      if (!context.env.local) checkOrigin(context.req.raw, guards);
      const actor = await oldCaller(parts.services, context, context.req.query('secretKey'));
      if (actor === null) return refusal(401, 'Unauthorized request');
      if (!warned.has(actor.id)) parts.warn(IN_ADDRESS, { key: actor.id });
      warned.add(actor.id);
      const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
      if (answer === undefined)
        return refusal(404, `Path not found: ${context.req.path} with stage: ${stage}`);
      return await answer(parts, actor, context);
    }, refusal);
  for (const name of Object.keys(ANSWERS)) app.all(`/${name}`, (context) => serve(context, '', name));
  for (const stage of parts.config.stages) {
    app.all(`/${stage}/*`, (context) => serve(context, stage, context.req.path.slice(stage.length + 2)));
  }
}

const IN_ADDRESS =
  'an old caller sends this key in addresses, where others may write it down; give it a key that may do little, and an end';

async function createInstance(
  { services, config }: CortxParts,
  actor: Actor,
  { req, env }: Context<Environment>,
): Promise<Response> {
  const request = API.createSession.body.safeParse({ name: req.query('sessionID') });
  if (!request.success || request.data.name === undefined)
    return refusal(400, 'Missing sessionID parameter, or one that is no name');
  const wish = { ...request.data, ...config.session };
  try {
    const act = { actor, action: 'createSession', address: env.address ?? null } as const;
    const session = await recorded(services, act, () =>
      createSession(services.sessions, actor, { request: wish, idempotencyKey: null }),
    );
    return Response.json({ instanceID: session.id });
  } catch (error) {
    const isTaken = error instanceof ErrandError && error.details?.['field'] === 'name';
    if (isTaken) return refusal(400, 'Session already exists');
    throw error;
  }
}

async function initiateCommand(
  parts: CortxParts,
  actor: Actor,
  context: Context<Environment>,
): Promise<Response> {
  const { run, session } = await begin(parts, actor, context);
  return Response.json(initiated(run, session), { status: 202 });
}

/** The output of a command that succeeds, as plain text; of any other, what the old system lost. */
async function callCommand(
  parts: CortxParts,
  actor: Actor,
  context: Context<Environment>,
): Promise<Response> {
  const { services } = parts;
  const { run, session } = await begin(parts, actor, context);
  const waiting = { waitMs: CALL_MS, signal: context.req.raw.signal };
  const ended = await awaitRun(services.waiting, { actor, runId: run.id }, waiting);
  if (ended.end === null) return Response.json(initiated(run, session), { status: 202 });
  const status = commandStatus(ended);
  const output = await outputText(services, ended, 'stdout');
  if (status.status === 'Success') return new Response(output, { headers: PLAIN });
  const errorOutput = await outputText(services, ended, 'stderr');
  const error = status.error ?? `The command ended with ${status.exitCode}.`;
  return Response.json({ ...status, error, output, errorOutput }, { status: 422 });
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' } as const;

async function checkCommand(
  { services }: CortxParts,
  actor: Actor,
  { req }: Context<Environment>,
): Promise<Response> {
  const [command, instance] = [req.query('commandID'), req.query('instanceID')];
  if (!command || !instance) return refusal(400, 'Missing commandID or instanceID parameter');
  const run = await services.store.runs.get(command);
  checkSees(actor, run?.spec.session === instance ? run.owner : undefined, 'command on this instance');
  if (run === null) return refusal(404, 'there is no such command on this instance');
  return Response.json({
    ...commandStatus(run),
    output: await outputText(services, run, 'stdout'),
    errorOutput: await outputText(services, run, 'stderr'),
  });
}

function initiated({ id }: RunRecord, { id: instanceId, name }: SessionRecord): object {
  const message = 'Command initiated successfully. Use the checkCommand endpoint to get results.';
  return { commandId: id, instanceId, sessionId: name, message };
}

async function begin(
  { services }: CortxParts,
  actor: Actor,
  { req, env }: Context<Environment>,
): Promise<{ readonly run: RunRecord; readonly session: SessionRecord }> {
  const name = req.query('sessionID');
  if (!name) throw new ErrandError('invalid', 'Missing sessionID parameter');
  const body = await jsonOf(req.raw);
  const command = typeof body === 'object' && body !== null && 'command' in body ? body.command : undefined;
  const known = await seeSession(services.sessions, actor, name);
  checkTouches(actor, known.owner, 'session');
  const request = API.createRun.body.safeParse({ session: known.id, shell: command });
  if (!request.success || typeof command !== 'string')
    throw new ErrandError('invalid', 'the body must be {"command": "..."}');
  const session = await readySession(services, actor, { known, signal: req.raw.signal });
  const act = { actor, action: 'createRun', address: env.address ?? null } as const;
  const run = await recorded(services, act, () =>
    submitRun(services.submit, actor, { request: request.data, idempotencyKey: null }),
  );
  return { run, session };
}

/** A machine that was stopped for being idle is started; one that starts is waited for. */
async function readySession(
  { sessions }: Services,
  actor: Actor,
  { known, signal }: { readonly known: SessionRecord; readonly signal: AbortSignal },
): Promise<SessionRecord> {
  if (known.state === 'ready') return known;
  if (known.state === 'stopped') await wakeSession(sessions, known, actor.id);
  const session = await awaitSession(sessions, { actor, word: known.id }, { waitMs: READY_MS, signal });
  if (session.state === 'ready') return session;
  const why = session.failure === null ? 'ask again in a moment' : 'it could not be started';
  throw new ErrandError('conflict', `the instance is not ready yet (${session.state}); ${why}`);
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
