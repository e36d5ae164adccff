import type { ReadDefinition } from './read-definition.ts';

/** A script from the folder that the configuration names. `problem`: why it cannot be called; then it has nothing but its name. */
export type FolderScript =
  | ({ readonly name: string; readonly updatedAt: number; readonly problem: null } & ReadDefinition)
  | { readonly name: string; readonly updatedAt: number; readonly problem: string };
