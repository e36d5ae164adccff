import type { Script } from '@errand/contract';
import type { ScriptDefinition } from '@errand/core';
import type { CatalogueEntry } from '../../use-cases/scripts/catalogue.ts';

/** A script as the API shows it, wherever it comes from. */
export function presentScript(entry: CatalogueEntry): Script {
  switch (entry.origin) {
    case 'registered': {
      const { name, owner, sha256, definition, updatedAt } = entry.script;
      return {
        ...NOTHING,
        origin: 'registered',
        name,
        owner,
        sha256,
        updatedAt: time(updatedAt),
        ...described(definition),
      };
    }
    case 'folder': {
      const { script } = entry;
      const common = {
        ...NOTHING,
        origin: 'folder',
        name: script.name,
        updatedAt: time(script.updatedAt),
      } as const;
      if (script.problem !== null) return { ...common, problem: script.problem };
      return { ...common, sha256: script.sha256, ...described(script.definition) };
    }
    case 'agents': {
      const { name, description, parameters, result, sha256 } = entry.script;
      const agents = entry.agents.map((agent) => ({ id: agent.id, name: agent.name, pool: agent.pool }));
      const pool = agents[0]?.pool ?? null;
      const about = {
        name,
        description,
        sha256,
        pool,
        parameters: { ...parameters },
        result: mutable(result),
      };
      return { ...NOTHING, origin: 'agents', kind: 'offered', ...about, agents };
    }
  }
}

/** What is not said of a script. */
const NOTHING: Omit<Script, 'name' | 'origin'> = {
  kind: 'command',
  owner: null,
  description: null,
  command: null,
  shell: null,
  parameters: {},
  result: null,
  pool: null,
  timeoutMs: null,
  env: {},
  sha256: '',
  updatedAt: null,
  agents: [],
  problem: null,
};

function described({ code, result, parameters, env, ...rest }: ScriptDefinition): Partial<Script> {
  return {
    ...rest,
    kind: code.kind,
    command: code.kind === 'command' ? [...code.argv] : null,
    shell: code.kind === 'shell' ? code.text : null,
    parameters: { ...parameters },
    result: mutable(result),
    env: { ...env },
  };
}

/** Answers are written, never changed; only the types of the schemas do not say so. */
function mutable(result: ScriptDefinition['result']): Script['result'] {
  return result as Script['result'];
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
