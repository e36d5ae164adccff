import type { JobDocument, RunCreate, SessionCreate } from '@errand/contract';
import {
  DEFAULTS,
  JOB_RETRY_CAUSES,
  type JobCommand,
  type JobFinish,
  type JobOutput,
  type JobRetry,
  type JobSpec,
  LIMITS,
  type OutputTarget,
} from '@errand/core';
import type { z } from 'zod';

type Document = z.output<typeof JobDocument>;
type CommandWish = Exclude<Document['commands'][number], string>;

/** A tear-down and a wait for room have this long in each attempt, where no deadline is given. */
const AROUND_MS = 3_600_000;
/** A session of a job outlives its attempt by this, so that the attempt's own limit comes first. */
const BEYOND_MS = 600_000;

/** The spec of a document, with every default filled in and every secret value sealed. */
export function jobSpecOf(
  document: Document,
  { request, seal }: { readonly request: SessionCreate; readonly seal: (plain: string) => string },
): JobSpec {
  const timeoutMs = timeoutOf(document);
  const retry = retryOf(document);
  return {
    session: sealedSession(request, seal),
    commands: document.commands.map((command, place) => commandOf(document, command, place, seal)),
    outputs: document.outputs.map(outputOf),
    timeoutMs,
    deadlineMs: document.deadline ?? allOf(retry, timeoutMs),
    retry,
    finish: finishOf(document),
  };
}

/** What each attempt asks the use-case of sessions for. Its limits are the job's where the document says nothing. */
export function sessionRequestOf(document: Document): SessionCreate {
  const { session, template, params } = document;
  const owner = document.owner === undefined ? {} : { owner: document.owner };
  const limits = {
    idle: 'never',
    maxLife: Math.min(timeoutOf(document) + BEYOND_MS, LIMITS.sessionLifeMs),
  } as const;
  if (template !== undefined)
    return { ...limits, ...owner, tags: [], template, ...(params === undefined ? {} : { params }) };
  const { instanceParameters, ...wish } = session ?? {};
  const given = instanceParameters === undefined ? wish.options : { ...wish.options, instanceParameters };
  return {
    ...limits,
    ...wish,
    ...(given === undefined ? {} : { options: given }),
    ...owner,
    tags: [],
  };
}

function timeoutOf({ timeout = DEFAULTS.jobTimeoutMs }: Document): number {
  return timeout;
}

function sealedSession(request: SessionCreate, seal: (plain: string) => string): JobSpec['session'] {
  const { secretEnv, ...rest } = request;
  return secretEnv === undefined ? rest : { ...rest, secretEnv: mapped(secretEnv, seal) };
}

function commandOf(
  document: Document,
  command: Document['commands'][number],
  place: number,
  seal: (plain: string) => string,
): JobCommand {
  const wish: CommandWish =
    typeof command === 'string' ? { shell: command, env: {}, secretEnv: {} } : command;
  const name = wish.name ?? `${document.name ?? 'job'} ${place + 1}`.slice(-LIMITS.nameLength);
  const request: Omit<RunCreate, 'session'> = {
    labels: {},
    keepChildren: true,
    tags: [],
    priority: 0,
    caller: false,
    ...wish,
    secretEnv: mapped(wish.secretEnv, seal),
    name,
  };
  return { text: textOf(wish), request };
}

function textOf({ name, command, shell, script }: CommandWish): string {
  if (name !== undefined) return name;
  const called = typeof script === 'object' ? script.name : script;
  const text = shell ?? command?.join(' ') ?? called ?? '';
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > LIMITS.nameLength ? `${line.slice(0, LIMITS.nameLength - 1)}…` : line;
}

function outputOf(output: Document['outputs'][number]): JobOutput {
  const [algorithm, hex] = output.checksum?.split(':') ?? [];
  return {
    target: targetOf(output),
    newerThanStart: output.newerThan === 'start',
    minBytes: output.minSize ?? null,
    checksum: hex === undefined ? null : { algorithm: algorithm === 'md5' ? 'md5' : 'sha256', hex },
    waitMs: output.wait ?? DEFAULTS.outputWaitMs,
  };
}

function targetOf({ s3, file, url }: Document['outputs'][number]): OutputTarget {
  if (file !== undefined) return { kind: 'file', path: file };
  if (url !== undefined) return { kind: 'url', url };
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(s3 ?? '') ?? [];
  return { kind: 's3', bucket, key };
}

function retryOf({ retry }: Document): JobRetry {
  return {
    attempts: retry?.attempts ?? 1,
    on: retry?.on ?? JOB_RETRY_CAUSES,
    backoffMs: retry?.backoff ?? DEFAULTS.jobBackoffMs,
    rate: retry?.rate ?? 2,
    maxMs: Math.max(retry?.max ?? DEFAULTS.jobBackoffMaxMs, retry?.backoff ?? 0),
  };
}

/** As long as all attempts and waits may take together. */
function allOf({ attempts, maxMs }: JobRetry, timeoutMs: number): number {
  return attempts * (timeoutMs + maxMs + AROUND_MS);
}

function finishOf({ finish }: Document): JobFinish {
  if (typeof finish === 'string') return { kind: finish, lifeMs: DEFAULTS.jobKeepMs };
  const { keep, stop } = finish;
  if (keep !== undefined) return { kind: 'keep', lifeMs: keep };
  return { kind: 'stop', lifeMs: DEFAULTS.jobKeepMs, deleteVolumes: stop?.deleteVolumes === true };
}

function mapped(
  values: Readonly<Record<string, string>>,
  seal: (plain: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, seal(value)]));
}
