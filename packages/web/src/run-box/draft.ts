import type { Run, RunCreateInput } from '@errand/sdk';

/** What is filled in before a run is made of it. Everything is text, as it was typed. */
export interface Draft {
  readonly command: string;
  /** `pool:NAME` or `agent:POOL/ID`; empty: the one used last. */
  readonly target: string;
  readonly name: string;
  readonly timeout: string;
  readonly cwd: string;
  /** NAME=value, a line each. */
  readonly env: string;
  readonly secretEnv: string;
  readonly tags: string;
  readonly attempts: string;
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
  attempts: '',
};

const FROM_LINK = ['command', 'target', 'name', 'timeout', 'cwd', 'env', 'tags', 'attempts'] as const;

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
    ...(set(draft.attempts) ? { retry: { attempts: Number(draft.attempts) } } : {}),
  };
}

/** The draft that makes a run like one there was; its secret values are not known any more. */
export function draftOfRun(run: Run): LinkDraft {
  return {
    command: commandText(run),
    target: `pool:${run.pool}`,
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
export function targetOf(target: string): Pick<RunCreateInput, 'pool' | 'agent'> {
  const [, kind, pool = '', agent] = /^(pool|agent):([^/]*)(?:\/(.*))?$/.exec(target) ?? [];
  if (kind === undefined) return {};
  return kind === 'agent' && agent !== undefined ? { pool, agent } : { pool };
}

function variables(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value] = /^\s*([^=]*?)\s*=(.*)$/.exec(line) ?? [];
      if (value === undefined) throw new Error(`a variable is written NAME=value, not ${line.trim()}`);
      return [name, value];
    }),
  );
}
