import type { ScriptDefinition as Wish } from '@errand/contract';
import { type Clock, ErrandError, LIMITS, mayTouch, type ScriptRecord, type ScriptStore } from '@errand/core';
import type { Schemas } from '../../json-schema/schemas.ts';
import type { Actor } from '../actor.ts';
import type { CatalogueParts } from './catalogue.ts';
import { readDefinition } from './read-definition.ts';

export interface SetScriptParts extends Pick<CatalogueParts, 'folder'> {
  readonly scripts: Pick<ScriptStore, 'put' | 'get' | 'list' | 'remove' | 'keepModule' | 'touchModule'>;
  readonly schemas: Pick<Schemas, 'load' | 'check'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Registers a script or replaces it. Repeatable: the same definition again changes nothing but the time. */
export async function setScript(
  parts: SetScriptParts,
  actor: Actor,
  { name, wish }: { readonly name: string; readonly wish: Wish },
): Promise<ScriptRecord> {
  if (wish.name !== undefined && wish.name !== name)
    throw new ErrandError(
      'invalid',
      `the definition is of ${wish.name}, not of ${name}; let both be the same`,
    );
  const owner = checkedOwner(actor, wish.owner);
  if (owner === null) await checkNotInFolder(parts, name);
  await checkRoom(parts.scripts, owner, name);
  const { definition, sha256, source } = await readDefinition(parts.schemas, wish);
  const now = parts.clock.now();
  if (source !== null) await parts.scripts.keepModule(source, now);
  await touchPresent(parts, owner, name);
  const script = { owner, name, sha256, definition, updatedAt: now, updatedBy: actor.id };
  await parts.scripts.put(script);
  return script;
}

/** Forgets a script; what was submitted keeps what it needs of it. */
export async function removeScript(
  parts: Pick<SetScriptParts, 'scripts' | 'folder' | 'clock'>,
  actor: Actor,
  { name, owner: wanted }: { readonly name: string; readonly owner: string | null | undefined },
): Promise<void> {
  const owner = checkedOwner(actor, wanted);
  await touchPresent(parts, owner, name);
  if (await parts.scripts.remove(owner, name)) return;
  if (owner === null) await checkNotInFolder(parts, name);
  const whose = owner === null ? 'for everybody' : `of ${owner}`;
  throw new ErrandError('not_found', `there is no registered script ${name} ${whose}`);
}

/** A submission that has just found the script must find the source of its module as well, for a while. */
async function touchPresent(
  { scripts, clock }: Pick<SetScriptParts, 'scripts' | 'clock'>,
  owner: string | null,
  name: string,
): Promise<void> {
  const code = (await scripts.get(owner, name))?.definition.code;
  if (code?.kind === 'module') await scripts.touchModule(code.sha256, clock.now());
}

/** Scripts for everybody are the admins'; everybody else has those of the owner it acts for. */
function checkedOwner(actor: Actor, wanted: string | null | undefined): string | null {
  const owner = wanted === undefined ? (actor.role === 'admin' ? null : actor.owner) : wanted;
  if (owner === null ? actor.role === 'admin' : mayTouch(actor, owner)) return owner;
  const what =
    owner === null
      ? 'only an admin key sets scripts for everybody'
      : `this key acts for ${actor.owner}, not for ${owner}`;
  throw new ErrandError('forbidden', what);
}

async function checkNotInFolder({ folder }: Pick<CatalogueParts, 'folder'>, name: string): Promise<void> {
  if (!(await folder()).some((each) => each.name === name)) return;
  throw new ErrandError(
    'conflict',
    `${name} comes from the folder of scripts that errand.yaml names; change it there`,
  );
}

async function checkRoom(
  scripts: SetScriptParts['scripts'],
  owner: string | null,
  name: string,
): Promise<void> {
  if ((await scripts.get(owner, name)) !== null) return;
  if ((await scripts.list([owner])).length < LIMITS.scripts) return;
  throw new ErrandError(
    'conflict',
    `there are ${LIMITS.scripts} scripts already, as many as are kept; remove one`,
  );
}
