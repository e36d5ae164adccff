import type { RunCreate } from '@errand/contract';
import { argVariable, expandCommand } from '@errand/contract/wire';
import {
  type AgentRecord,
  type Command,
  callLabels,
  ErrandError,
  hasLabels,
  type Labels,
  LIMITS,
  type ScriptCode,
  type ScriptStore,
  type ScriptUse,
} from '@errand/core';
import type { Schemas } from '../../json-schema/schemas.ts';
import type { Actor } from '../actor.ts';
import {
  type CatalogueParts,
  type CentralScript,
  findCentral,
  findOffered,
  mayCall,
  type OfferedScript,
} from './catalogue.ts';
import { type Args, checkedArgs } from './check-args.ts';

export interface CallScriptParts extends CatalogueParts {
  readonly scripts: Pick<ScriptStore, 'get' | 'list' | 'offered' | 'keepModule'>;
  readonly schemas: Pick<Schemas, 'load' | 'checked'>;
}

/** What a call of a script makes of a submission. */
export interface ScriptedRun {
  readonly command: Command;
  readonly script: ScriptUse;
  /** Secret arguments by their variables, in clear. */
  readonly secretEnv: Readonly<Record<string, string>>;
  /** What the script says where the caller says nothing. */
  readonly pool: string | null;
  /** What an agent must have to take it. */
  readonly labels: Labels;
  readonly timeoutMs: number | null;
  readonly env: Readonly<Record<string, string>>;
}

/** Finds the script, checks the arguments, and makes of it what a run executes. Throws `invalid`, with every fault of the arguments named. */
export async function callScript(
  parts: CallScriptParts,
  caller: { readonly actor: Actor; readonly owner: string },
  request: RunCreate,
): Promise<ScriptedRun> {
  const wanted = typeof request.script === 'string' ? { name: request.script } : request.script;
  if (wanted === undefined) throw new Error('SCRIPT-1: a call that names no script');
  const { name, sha256, source } = wanted;
  const central = source === 'offered' ? null : await findCentral(parts, name, caller.owner);
  if (central !== null) return await callCentral(parts, central, { request, sha256 });
  const offered = source === 'central' ? null : await chooseOffered(parts, { name, sha256 }, request);
  if (offered !== null) return await callOffered(parts, offered, { request, sha256 });
  throw await unknownScript(parts, caller.actor, name);
}

interface Call {
  readonly request: RunCreate;
  readonly sha256: string | undefined;
}

async function callCentral(parts: CallScriptParts, found: CentralScript, call: Call): Promise<ScriptedRun> {
  const { script } = found;
  if ('problem' in script && script.problem !== null)
    throw new ErrandError('invalid', `the script ${script.name} cannot be called: ${script.problem}`);
  const { definition, sha256, name } = script;
  if (call.sha256 !== undefined && call.sha256 !== sha256) {
    const versions = `it is ${sha256.slice(0, 12)} now, not ${call.sha256.slice(0, 12)}`;
    throw new ErrandError(
      'conflict',
      `the script ${name} has changed: ${versions}; look at it with errand script show ${name}`,
    );
  }
  const { args, secrets } = await checkedArgs(
    parts.schemas,
    { name, parameters: definition.parameters },
    call.request.args ?? {},
  );
  if ('source' in script && script.source !== null)
    await parts.scripts.keepModule(script.source, parts.clock.now());
  return {
    command: commandOf(name, definition.code, args),
    script: { name, ...publicPart(args, secrets), sha256, source: 'central', result: definition.result },
    secretEnv: secretEnvOf(args, secrets),
    pool: definition.pool,
    labels: {},
    timeoutMs: definition.timeoutMs,
    env: definition.env,
  };
}

function commandOf(name: string, code: ScriptCode, args: Args): Command {
  switch (code.kind) {
    case 'command':
      return { kind: 'argv', argv: checkedArgv(expandCommand(code.argv, args)) };
    case 'shell':
      return { kind: 'shell', text: code.text };
    case 'module':
      return { kind: 'module', name, sha256: code.sha256 };
  }
}

/** What the schema of a command asks for, of the one that the arguments made. */
function checkedArgv(argv: readonly string[]): readonly string[] {
  const bytes = argv.map((arg) => Buffer.byteLength(arg) + 1);
  const isTooLarge =
    bytes.some((each) => each > LIMITS.argBytes) || bytes.reduce((a, b) => a + b, 0) > LIMITS.argvBytes;
  if (isTooLarge)
    throw new ErrandError('invalid', 'args: they make a command line that is larger than a system takes');
  return argv;
}

async function callOffered(
  parts: CallScriptParts,
  { script, agents }: OfferedScript,
  call: Call,
): Promise<ScriptedRun> {
  const { request } = call;
  const { name } = script;
  const own = ['env', 'secretEnv'].filter(
    (field) => Object.keys(request[field as 'env' | 'secretEnv']).length > 0,
  );
  if (request.cwd !== undefined) own.push('cwd');
  if (own.length > 0) {
    const why = 'it runs as the folder of its agent says, or its allow-list would mean nothing';
    throw new ErrandError(
      'invalid',
      `${own.join(', ')}: cannot be given to the offered script ${name}; ${why}`,
    );
  }
  const { args, secrets } = await checkedArgs(parts.schemas, script, request.args ?? {});
  const pool = agents[0]?.pool ?? null;
  return {
    command: { kind: 'offered', name },
    script: {
      name,
      ...publicPart(args, secrets),
      sha256: call.sha256 ?? null,
      source: 'offered',
      result: script.result,
    },
    secretEnv: secretEnvOf(args, secrets),
    pool,
    labels: callLabels(name, call.sha256 ?? null),
    timeoutMs: null,
    env: {},
  };
}

async function chooseOffered(
  parts: CallScriptParts,
  { name, sha256 }: { readonly name: string; readonly sha256: string | undefined },
  { pool, agent, labels }: RunCreate,
): Promise<OfferedScript | null> {
  const fits = (all: readonly OfferedScript[]): readonly OfferedScript[] =>
    all
      .filter(({ script }) => sha256 === undefined || script.sha256 === sha256)
      .map((each) => ({
        ...each,
        agents: each.agents.filter((one) => isWanted(one, { pool, agent, labels })),
      }))
      .filter(({ agents }) => agents.length > 0);
  const online = fits(await findOffered(parts, name));
  // A machine that sleeps gets its runs when it wakes; the queue says until then what it waits for.
  const known = online.length > 0 ? [] : await findOffered(parts, name, 'known');
  const fitting = online.length > 0 ? online : fits(known);
  if (fitting.length === 0) {
    if (known.length > 0) throw noneFits(name, known, sha256);
    return null;
  }
  const pools = [...new Set(fitting.flatMap(({ agents }) => agents.map((one) => one.pool)))];
  if (pools.length > 1)
    throw new ErrandError(
      'invalid',
      `agents of several pools offer the script ${name}: ${pools.join(', ')}; name one as pool`,
      {
        details: { field: 'pool' },
      },
    );
  // Of several versions the one that most agents have.
  return fitting.toSorted((a, b) => b.agents.length - a.agents.length)[0] ?? null;
}

function isWanted(
  one: AgentRecord,
  { pool, agent, labels }: Pick<RunCreate, 'pool' | 'agent' | 'labels'>,
): boolean {
  const isNamed = agent === undefined || one.id === agent || one.name === agent;
  return isNamed && (pool === undefined || one.pool === pool) && hasLabels(one.labels, labels);
}

function noneFits(name: string, all: readonly OfferedScript[], sha256: string | undefined): ErrandError {
  const places = all.flatMap(({ agents, script }) =>
    agents.map((one) => `${one.name} in ${one.pool} (${script.sha256.slice(0, 12)})`),
  );
  const what = sha256 === undefined ? name : `${name} in the version ${sha256.slice(0, 12)}`;
  return new ErrandError(
    'invalid',
    `no agent that may take this run offers the script ${what}; these offer it: ${places.slice(0, 10).join(', ')}`,
    {
      details: { field: 'script' },
    },
  );
}

async function unknownScript(parts: CallScriptParts, actor: Actor, name: string): Promise<ErrandError> {
  const registered = (await parts.scripts.list(null)).filter(({ owner }) => mayCall(actor, owner));
  const offered = await findOffered(parts, null);
  const names = new Set(
    [...registered, ...(await parts.folder()), ...offered.map(({ script }) => script)].map(
      (each) => each.name,
    ),
  );
  const known = [...names].toSorted().slice(0, 30).join(', ');
  return new ErrandError('invalid', `there is no script ${name}; known scripts: ${known || 'none'}`, {
    details: { field: 'script' },
  });
}

function publicPart(args: Args, secrets: readonly string[]): Pick<ScriptUse, 'args' | 'secretArgs'> {
  const shown = Object.entries(args).filter(([name]) => !secrets.includes(name));
  return { args: Object.fromEntries(shown), secretArgs: secrets };
}

function secretEnvOf(args: Args, secrets: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(secrets.map((name) => [argVariable(name), String(args[name])]));
}
