/** A JSON Schema, draft 2020-12, as a document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where a script's result comes from: the file named in ERRAND_RESULT, the value its function returns, or its last line of stdout. */
export const RESULT_SOURCES = ['file', 'return', 'stdout'] as const;
export type ResultSource = (typeof RESULT_SOURCES)[number];

/**
 * How a result is shown. A path leads from the result to a part of it: names and indexes with dots between them, such as `down.0.mbit`; empty: the
 * result itself.
 */
export type ResultView =
  | {
      readonly kind: 'gauge';
      readonly path: string;
      readonly min: number;
      readonly max: number;
      readonly unit: string;
    }
  /** `path`: a list of objects. Without `columns` those of its first rows. */
  | { readonly kind: 'table'; readonly path: string; readonly columns: readonly ViewColumn[] }
  /** `path`: a list; `x` and `y` lead on from each of its items. */
  | {
      readonly kind: 'chart';
      readonly path: string;
      readonly shape: 'line' | 'bar';
      readonly x: string | null;
      readonly y: readonly string[];
      readonly unit: string;
    }
  | { readonly kind: 'json' };

/** `path` leads on from the row. */
export interface ViewColumn {
  readonly path: string;
  readonly title: string;
}

/** What a script promises about its result. With a schema a run that succeeds must report a result that fits. */
export interface ResultRule {
  readonly from: ResultSource;
  readonly schema: JsonSchema | null;
  readonly view: ResultView | null;
}

/** What an attempt reported: JSON text as it was written, or why there is none although it tried. */
export type ReportedResult = { readonly json: string } | { readonly problem: string };

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Is this the name of a script: no separators, no dots, nothing that could lead out of a folder? */
export function isScriptName(text: string): boolean {
  return NAME.test(text);
}
