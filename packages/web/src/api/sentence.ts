import { ErrandApiError, ErrandConnectionError } from '@errand/sdk';

/** What to tell people of an error. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ErrandConnectionError) return 'The server cannot be reached.';
  if (error instanceof ErrandApiError) return asSentence(error.message);
  return error instanceof Error ? asSentence(error.message) : 'Something went wrong.';
}

/** Faults of single fields, as the server found them: by the name of the field. */
export function faultsOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ErrandApiError)) return {};
  const { fields } = error.details;
  if (!Array.isArray(fields)) return {};
  const known = fields as readonly { readonly field?: unknown; readonly message?: unknown }[];
  return Object.fromEntries(known.map(({ field, message }) => [String(field), String(message)]));
}

/** What a program says in the middle of something else, to stand alone. */
export function asSentence(text: string): string {
  const sentence = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}
