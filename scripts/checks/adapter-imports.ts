import { adapterOf, isShared } from './adapter.ts';

/** Who wires which adapters. */
const NAMED_BY: Readonly<Record<string, string>> = {
  stores: 'compose.ts',
  providers: 'compose-providers.ts',
};

const ALONE = 'an adapter imports core and its own files only';

/**
 * Inside the server one file names concrete stores and one concrete providers, and they know nothing of the server: what
 * they need is given to them, so that each can be replaced, tested and loaded on its own.
 */
export function adapterProblem(from: string, to: string): string | undefined {
  const own = adapterOf(from);
  const other = adapterOf(to);
  if (isShared(to) && (isShared(from) || own?.kind === 'providers')) return undefined;
  if (own !== undefined && own.folder === other?.folder) return undefined;
  if (own !== undefined || isShared(from)) return ALONE;
  if (other === undefined) return undefined;
  const names = NAMED_BY[other.kind];
  return from === `packages/server/src/${names}` ? undefined : `only ${names} names ${other.kind}`;
}
