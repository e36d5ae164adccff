import type { JsonSchema, ResultRule } from '../vocabulary/script.ts';

/** What a script executes. The elements of a command may hold `{name}`; the caller's values are filled in when it is called. */
export type ScriptCode =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  /** A text for `sh -c`, which gets its arguments in the environment only. */
  | { readonly kind: 'shell'; readonly text: string }
  /** A module in JavaScript or TypeScript; its source is stored by its SHA-256. */
  | { readonly kind: 'module'; readonly sha256: string };

/** A registered command with typed parameters. Times in ms. */
export interface ScriptDefinition {
  readonly description: string | null;
  readonly code: ScriptCode;
  /** Of an object: the arguments. Those with `writeOnly` are secret. */
  readonly parameters: JsonSchema;
  readonly result: ResultRule | null;
  /** What a call that says nothing else gets. */
  readonly pool: string | null;
  readonly timeoutMs: number | null;
  readonly env: Readonly<Record<string, string>>;
}

/** A script as the control plane keeps it. `owner`: who may call it, with everybody below; null: everybody. */
export interface ScriptRecord {
  readonly owner: string | null;
  readonly name: string;
  /** Of the definition: another text, another version. */
  readonly sha256: string;
  readonly definition: ScriptDefinition;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** A script that an agent offers from its own folder. */
export interface OfferedRecord {
  readonly agentId: string;
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonSchema;
  readonly result: ResultRule | null;
  /** Of its file. */
  readonly sha256: string;
}
