import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import {
  type CatalogueEntry,
  findCentral,
  findOf,
  findOffered,
  listCatalogue,
  mayCall,
} from '../../use-cases/scripts/catalogue.ts';
import { removeScript, setScript } from '../../use-cases/scripts/set-script.ts';
import type { SomeHandlers } from '../call.ts';
import { presentScript } from '../present/script.ts';

type ScriptOperation = 'setScript' | 'listScripts' | 'getScript' | 'removeScript';

export function scriptHandlers(services: Services): SomeHandlers<ScriptOperation> {
  const { catalogue, scripting } = services;
  return {
    setScript: async ({ actor, input: { params, body } }) => {
      const script = await setScript(scripting, actor, { name: params.name, wish: body });
      return presentScript({ origin: 'registered', script });
    },
    listScripts: async ({ actor }) => ({
      scripts: (await listCatalogue(catalogue, actor)).map(presentScript),
    }),
    getScript: async ({ actor, input: { params, query } }) => {
      const found = await find(services, actor, { name: params.name, owner: ownerOf(query.owner) });
      return { ...presentScript(found), module: await sourceOf(services, found) };
    },
    removeScript: async ({ actor, input: { params, query } }) => {
      await removeScript(scripting, actor, { name: params.name, owner: ownerOf(query.owner) });
      return undefined;
    },
  };
}

/** In a query null cannot be said: empty means everybody. */
function ownerOf(text: string | undefined): string | null | undefined {
  return text === '' ? null : text;
}

async function find(
  { catalogue }: Services,
  actor: Actor,
  { name, owner }: { readonly name: string; readonly owner: string | null | undefined },
): Promise<CatalogueEntry> {
  if (owner !== undefined) {
    const found = mayCall(actor, owner) ? await findOf(catalogue, name, owner) : null;
    if (found !== null) return found;
  } else {
    const found =
      (await findCentral(catalogue, name, actor.owner)) ?? (await findOffered(catalogue, name))[0];
    if (found !== undefined) return found;
  }
  throw new ErrandError('not_found', `there is no script ${name}; errand script ls shows those there are`);
}

async function sourceOf({ store }: Services, entry: CatalogueEntry): Promise<string | null> {
  if (entry.origin === 'agents') return null;
  if (entry.origin === 'folder')
    return entry.script.problem === null ? (entry.script.source?.text ?? null) : null;
  const { code } = entry.script.definition;
  return code.kind === 'module' ? await store.scripts.module(code.sha256) : null;
}
