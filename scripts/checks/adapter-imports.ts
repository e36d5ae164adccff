const ADAPTER = /^packages\/server\/src\/(?:stores|providers)\/[^/]+(?=\/)/;

/**
 * Inside the server only `compose.ts` names concrete stores and providers, and they know nothing of the server: what
 * they need is given to them, so that each can be replaced, tested and loaded on its own.
 */
export function adapterProblem(from: string, to: string): string | undefined {
  const own = ADAPTER.exec(from)?.[0];
  const other = ADAPTER.exec(to)?.[0];
  if (own === other) return undefined;
  if (own !== undefined) return 'an adapter imports core and its own files only';
  return from === 'packages/server/src/compose.ts' ? undefined : 'only compose.ts names stores and providers';
}
