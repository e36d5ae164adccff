import type { OfferedRecord, ScriptRecord } from '@errand/core';
import type { OfferedScriptsTable, ScriptsTable } from '../schema.ts';

export function scriptRow(script: ScriptRecord): ScriptsTable {
  const { code } = script.definition;
  return {
    name: script.name,
    owner: script.owner ?? '',
    sha256: script.sha256,
    module: code.kind === 'module' ? code.sha256 : null,
    definition: JSON.stringify(script.definition),
    updated_at: script.updatedAt,
    updated_by: script.updatedBy,
  };
}

export function scriptOf(row: ScriptsTable): ScriptRecord {
  return {
    owner: row.owner === '' ? null : row.owner,
    name: row.name,
    sha256: row.sha256,
    definition: JSON.parse(row.definition) as ScriptRecord['definition'],
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

export function offeredRow(offered: OfferedRecord): OfferedScriptsTable {
  return { agent_id: offered.agentId, name: offered.name, doc: JSON.stringify(offered) };
}

export function offeredOf({ doc }: OfferedScriptsTable): OfferedRecord {
  return JSON.parse(doc) as OfferedRecord;
}
