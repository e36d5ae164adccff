import { JobDocument, type SessionCreate } from '@errand/contract';
import { type Cost, ErrandError, type JobSpec, mayTouch, type Provider, span } from '@errand/core';
import type { z } from 'zod';
import { faultSentence, unknownFieldSentence } from '../../fault-sentence.ts';
import { checkSource } from '../../outbound/fetch-file.ts';
import type { Actor } from '../actor.ts';
import { checkSession } from '../sessions/create-session.ts';
import { ExecutionDocument, isExecution, jobOfExecution } from './execution-document.ts';
import type { JobParts } from './job-parts.ts';
import { jobSpecOf, sessionRequestOf } from './job-spec.ts';
import { fillPlaceholders, PLACEHOLDERS, unknownPlaceholder } from './placeholders.ts';

export interface DocumentFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A document as it is run from now on; `faults` in order of the document. */
export interface ReadDocument {
  readonly faults: readonly DocumentFault[];
  readonly job: {
    readonly name: string | null;
    readonly tags: readonly string[];
    readonly owner: string;
    readonly spec: JobSpec;
    /** For people: without secret values. */
    readonly document: Readonly<Record<string, unknown>>;
    readonly warnings: readonly string[];
  } | null;
}

export type ReadDocumentParts = Pick<JobParts, 'sessions' | 'seal' | 'places'>;

/** Fills in the placeholders and finds every fault that can be found without making anything. */
export async function readDocument(
  parts: ReadDocumentParts,
  { actor, now }: { readonly actor: Actor; readonly now: number },
  written: Readonly<Record<string, unknown>>,
): Promise<ReadDocument> {
  const {
    document: filled,
    shown,
    faults: early,
  } = isExecution(written)
    ? readExecution(written, now)
    : { document: fillPlaceholders(written, now), shown: null, faults: [] };
  if (early.length > 0) return { faults: early, job: null };
  const parsed = JobDocument.safeParse(filled, { error: sentenceOf });
  if (!parsed.success) return { faults: parsed.error.issues.flatMap(faultsOf), job: null };
  const document = parsed.data;
  const session = await checkedSession(parts, actor, document);
  const faults = [
    ...placeholderFaults(document),
    ...placeFaults(parts, document),
    ...addressFaults(parts, document),
    ...session.faults,
    ...finishFaults(document, session.provider),
  ];
  const owner = document.owner ?? actor.owner;
  if (!mayTouch(actor, owner))
    faults.push({ path: ['owner'], message: `this key acts for ${actor.owner}, not for ${owner}` });
  if (faults.length > 0 || session.request === null) return { faults, job: null };
  const spec = jobSpecOf(document, { request: session.request, seal: parts.seal });
  const { name = null } = document;
  const about = { name, tags: [...new Set(document.tags)], owner, spec };
  const warnings = [...finishWarnings(spec, session.cost), ...fileWarnings(spec)];
  return { faults: [], job: { ...about, document: withoutSecrets(shown ?? filled), warnings } };
}

interface AsWritten {
  readonly document: Readonly<Record<string, unknown>>;
  /** What people see of it, where that is another one. */
  readonly shown: Readonly<Record<string, unknown>> | null;
  readonly faults: readonly DocumentFault[];
}

/** A document of the state machine of ngen-datastream; `session` says what it runs in instead of a machine of EC2. */
function readExecution({ session, ...written }: Readonly<Record<string, unknown>>, now: number): AsWritten {
  const parsed = ExecutionDocument.safeParse(written, { error: sentenceOf });
  if (!parsed.success) return { document: {}, shown: null, faults: parsed.error.issues.flatMap(faultsOf) };
  const { run_options: options } = parsed.data;
  const { execution, job } = jobOfExecution(parsed.data, {
    now,
    session: (session as AsWritten['shown'] | undefined) ?? null,
  });
  const unplaced = options.ii_check_s3 !== false && JSON.stringify(job['outputs']).includes('"s3":""');
  const message =
    'needs a bucket and a prefix: --s3_bucket and --s3_prefix in a command, or {bucket, prefix} here';
  const faults = unplaced ? [{ path: ['run_options', 'ii_check_s3'], message }] : [];
  return { document: job, shown: execution, faults };
}

/** Of what can be written in several ways: the faults of the one that was meant, where that is plain. */
function faultsOf(issue: z.core.$ZodIssue): readonly DocumentFault[] {
  const { path, message } = issue;
  const [meant, ...others] = issue.code === 'invalid_union' ? issue.errors.filter(isMeant) : [];
  if (meant !== undefined && others.length === 0)
    return meant.flatMap((inner) => faultsOf({ ...inner, path: [...path, ...inner.path] }));
  const place = path.filter((each) => typeof each !== 'symbol');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...place, key], message }));
  return [{ path: place, message }];
}

/** A field that there is not has a place of its own, where people look for it. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'unrecognized_keys' ? unknownFieldSentence(issue) : faultSentence(issue);
}

/** It has the right kind; something in it is wrong. */
function isMeant(issues: readonly z.core.$ZodIssue[]): boolean {
  const other = issues.some(
    ({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
  );
  return issues.length > 0 && !other;
}

type Document = z.output<typeof JobDocument>;

/** In names and outputs braces can be nothing else. */
function placeholderFaults({ name = '', outputs }: Document): readonly DocumentFault[] {
  const texts: readonly DocumentFault[] = [
    { path: ['name'], message: name },
    ...outputs.flatMap(({ s3 = '', file = '', url = '' }, place) => [
      { path: ['outputs', place, 's3'], message: s3 },
      { path: ['outputs', place, 'file'], message: file },
      { path: ['outputs', place, 'url'], message: url },
    ]),
  ];
  return texts.flatMap(({ path, message }) => {
    const unknown = unknownPlaceholder(message);
    const known = PLACEHOLDERS.join(', ');
    return unknown === null ? [] : [{ path, message: `has no placeholder ${unknown}; there are ${known}` }];
  });
}

function placeFaults({ places }: ReadDocumentParts, { outputs }: Document): readonly DocumentFault[] {
  const kinds = ['s3', 'file', 'url'] as const;
  return outputs.flatMap((output, place) =>
    kinds
      .filter((kind) => output[kind] !== undefined && places[kind] === undefined)
      .map((kind) => ({
        path: ['outputs', place, kind],
        message: 'cannot be looked at by this control plane',
      })),
  );
}

/** The control plane itself asks there, so it must be no place that only it reaches. */
function addressFaults({ sessions }: ReadDocumentParts, { outputs }: Document): readonly DocumentFault[] {
  return outputs.flatMap(({ url }, place) => {
    try {
      if (url !== undefined) checkSource(url, sessions.fetchFrom);
      return [];
    } catch (error) {
      if (!(error instanceof ErrandError)) throw error;
      return [{ path: ['outputs', place, 'url'], message: error.message }];
    }
  });
}

interface CheckedSession {
  readonly faults: readonly DocumentFault[];
  /** null: there are faults. */
  readonly request: SessionCreate | null;
  readonly cost: Cost | null;
  readonly provider: Provider | null;
}

async function checkedSession(
  { sessions }: ReadDocumentParts,
  actor: Actor,
  document: Document,
): Promise<CheckedSession> {
  const where = document.template === undefined ? 'session' : 'template';
  try {
    const request = sessionRequestOf(document);
    const spec = await checkSession(sessions, actor, { request, stays: true });
    const provider = sessions.providers.get(spec.provider) ?? null;
    return { faults: [], request, cost: provider?.cost(spec) ?? null, provider };
  } catch (error) {
    if (!(error instanceof ErrandError) || error.code === 'unavailable' || error.code === 'internal')
      throw error;
    const fault = { path: [where, ...fieldOf(error)], message: error.message };
    return { faults: [fault], request: null, cost: null, provider: null };
  }
}

function finishFaults({ finish }: Document, provider: Provider | null): readonly DocumentFault[] {
  const asks = typeof finish === 'object' && finish.stop?.deleteVolumes === true;
  if (!asks || provider === null || provider.capabilities.deletesVolumes === true) return [];
  const message = `is not possible where the provider is ${provider.name}: what it stops keeps its disks; use finish: delete, or finish: stop to keep them`;
  return [{ path: ['finish', 'stop', 'deleteVolumes'], message }];
}

function fieldOf({ details }: ErrandError): readonly string[] {
  const field = details?.['field'] ?? Object.keys((details?.['fields'] as object | undefined) ?? {})[0];
  return typeof field === 'string' ? field.split('.') : [];
}

/** What goes on costing money after the end of the job. */
function finishWarnings({ finish }: JobSpec, cost: Cost | null): readonly string[] {
  const price = cost === null ? '' : `, for ${cost.perHour} ${cost.currency} an hour`;
  const kept = `After the job has succeeded its session runs on for ${span(finish.lifeMs)}${price}`;
  const stopped = 'Its session is left stopped: what it keeps on disk may cost money until it is deleted';
  const warnings: Readonly<Record<JobSpec['finish']['kind'], readonly string[]>> = {
    delete: [],
    stop: finish.deleteVolumes === true ? [] : [`${stopped} (errand session rm).`],
    keep: [`${kept} (errand session rm ends it sooner).`],
  };
  return warnings[finish.kind];
}

/** They are looked at, and not kept anywhere else. */
function fileWarnings({ finish, outputs }: JobSpec): readonly string[] {
  const files = outputs.flatMap(({ target }) => (target.kind === 'file' ? [target.path] : []));
  if (files.length === 0 || finish.kind !== 'delete') return [];
  const who = files.length === 1 ? `${files[0]} is` : `${files.join(', ')} are`;
  return [`${who} deleted with the session: let a command copy what you need, or use finish: stop or keep.`];
}

const SECRET = '[secret]';

function withoutSecrets(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(document), (name: string, value: unknown) =>
    name === 'secretEnv' && typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.keys(value).map((each) => [each, SECRET]))
      : value,
  ) as Readonly<Record<string, unknown>>;
}
