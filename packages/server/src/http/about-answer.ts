import type { Context } from 'hono';
import type { Environment } from './parts.ts';

/** Headers of every answer: who made it, and the name under which the log knows it. */
export interface AboutAnswer extends Record<string, string> {
  'errand-version': string;
  'errand-request': string;
}

export function aboutAnswer(version: string, context: Context<Environment>): AboutAnswer {
  return { 'errand-version': version, 'errand-request': context.get('requestId') };
}
