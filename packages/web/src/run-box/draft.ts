import type { Run, RunCreateInput } from '@errand/sdk';
import { variables } from './variables.ts';

/** What is filled in before a run is made of it. Everything is text, as it was typed. */
export interface Draft {
  readonly command: string;
  /** `pool:NAME`, `agent:POOL/ID`, `all:POOL` (one run on each of its agents) or `session:ID`; empty: the one used last. */
  readonly target: string;
  readonly name: string;
  readonly timeout: string;
  readonly cwd: string;
  /** NAME=value, a line each. */
  readonly env: string;
  readonly secretEnv: string;
  readonly tags: string;
  /** name=value, with spaces or lines between them. */
  readonly labels: string;
  readonly concurrencyKey: string;
  readonly concurrency: string;
  readonly attempts: string;
  /** Patterns of files that are kept, a line each. */
  readonly artifacts: string;
}

export const EMPTY: Draft = {
  command: '',
  target: '',
  name: '',
  timeout: '',
  cwd: '',
  env: '',
  secretEnv: '',
  tags: '',
  labels: '',
  concurrencyKey: '',
  concurrency: '',
  attempts: '',
  artifacts: '',
};

const FROM_LINK = [
  'command',
  'target',
  'name',
  'timeout',
  'cwd',
  'env',
  'tags',
  'labels',
  'concurrencyKey',
  'concurrency',
  'attempts',
  'artifacts',
] as const;

/** What a link fills in. It never starts anything, and secrets do not belong into one. */
export type LinkDraft = Partial<Pick<Draft, (typeof FROM_LINK)[number]>>;

export function draftOfLink(search: Record<string, unknown>): LinkDraft {
  const known = FROM_LINK.flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
  });
  return Object.fromEntries(known) as LinkDraft;
}

/** The options beside command and target that are filled in. */
export function optionsSet(draft: Draft): number {
  const options = Object.entries(draft).filter(([name]) => name !== 'command' && name !== 'target');
  return options.filter(([, text]) => text.trim() !== '').length;
}

/** What is submitted for a draft. */
export function requestOf(draft: Draft): RunCreateInput {
  const set = (text: string): boolean => text.trim() !== '';
  return {
    shell: draft.command,
    ...targetOf(draft.target),
    ...(set(draft.name) ? { name: draft.name.trim() } : {}),
    ...(set(draft.timeout) ? { timeout: draft.timeout.trim() } : {}),
    ...(set(draft.cwd) ? { cwd: draft.cwd.trim() } : {}),
    ...(set(draft.env) ? { env: variables(draft.env) } : {}),
    ...(set(draft.secretEnv) ? { secretEnv: variables(draft.secretEnv) } : {}),
    ...(set(draft.tags) ? { tags: draft.tags.split(/[\s,]+/).filter(set) } : {}),
    ...(set(draft.labels) ? { labels: labelsOf(draft.labels) } : {}),
    ...(set(draft.concurrencyKey) ? { concurrencyKey: draft.concurrencyKey.trim() } : {}),
    ...(set(draft.concurrency) ? { concurrency: Number(draft.concurrency) } : {}),
    ...(set(draft.attempts) ? { retry: { attempts: Number(draft.attempts) } } : {}),
    ...(set(draft.artifacts) ? { artifacts: linesOf(draft.artifacts) } : {}),
  };
}

/** The draft that makes a run like one there was; its secret values are not known any more. */
export function draftOfRun(run: Run): LinkDraft {
  return {
    command: commandText(run),
    target: run.session === null ? `pool:${run.pool}` : `session:${run.session}`,
    ...(run.name === null ? {} : { name: run.name }),
    ...(run.timeoutMs === null ? {} : { timeout: `${run.timeoutMs}ms` }),
    ...(run.cwd === null ? {} : { cwd: run.cwd }),
    ...(Object.keys(run.env).length === 0
      ? {}
      : {
          env: Object.entries(run.env)
            .map(([name, value]) => `${name}=${value}`)
            .join('\n'),
        }),
    ...(run.tags.length === 0 ? {} : { tags: run.tags.join(' ') }),
    ...(Object.keys(run.labels).length === 0
      ? {}
      : {
          labels: Object.entries(run.labels)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        }),
    ...(run.concurrency === null
      ? {}
      : { concurrencyKey: run.concurrency.key, concurrency: String(run.concurrency.limit) }),
    ...(run.retry.attempts > 1 ? { attempts: String(run.retry.attempts) } : {}),
    ...(run.artifacts.length === 0 ? {} : { artifacts: run.artifacts.join('\n') }),
  };
}

/** What a run executes, as it would be typed into a shell. */
export function commandText(run: Run): string {
  if (run.script !== null) return [run.script.name, ...argumentTexts(run.script.args)].join(' ');
  return run.shell ?? (run.command ?? []).map(quoted).join(' ');
}

function argumentTexts(args: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(args).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? quoted(value) : JSON.stringify(value)}`,
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a chosen target says of a request; nothing where none was chosen. */
export function targetOf(target: string): Pick<RunCreateInput, 'pool' | 'agent' | 'session'> {
  const [, kind, pool = '', agent] = /^(pool|agent|all|session):([^/]*)(?:\/(.*))?$/.exec(target) ?? [];
  if (kind === undefined) return {};
  if (kind === 'session') return { session: pool };
  return kind === 'agent' && agent !== undefined ? { pool, agent } : { pool };
}

/** Is it meant for each agent of a pool? */
export function isForAll(target: string): boolean {
  return target.startsWith('all:');
}

function labelsOf(text: string): Record<string, string> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(word) ?? [];
      if (name === undefined || value === undefined)
        throw new Error(`a label is written name=value, not ${word}`);
      return [name, value];
    }),
  );
}

/** Spaces may be part of a name, so a line is the whole pattern. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
