import type { z } from 'zod';
import type { OperationId } from '../wire/routes.ts';
import { AGENT_ROUTES } from './agent-routes.ts';
import { AUDIT_ROUTES } from './audit-routes.ts';
import { JOB_ROUTES } from './job-routes.ts';
import { KEY_ROUTES } from './key-routes.ts';
import { POOL_ROUTES } from './pool-routes.ts';
import type { Route } from './route.ts';
import { RUN_ROUTES } from './run-routes.ts';
import { SCRIPT_ROUTES } from './script-routes.ts';
import { SESSION_ROUTES } from './session-routes.ts';

/** Every operation with its schemas. A route without an entry here, or an entry without a route, does not compile. */
export const API = {
  ...RUN_ROUTES,
  ...SESSION_ROUTES,
  ...JOB_ROUTES,
  ...SCRIPT_ROUTES,
  ...KEY_ROUTES,
  ...AUDIT_ROUTES,
  ...AGENT_ROUTES,
  ...POOL_ROUTES,
} as const satisfies Record<OperationId, Route>;
export type Api = typeof API;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Sent<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;
type Part<R, Key extends string> = R extends { readonly [K in Key]: infer Schema } ? Schema : undefined;

/** What a handler receives after validation, by operation. */
export interface ParsedInput<Id extends OperationId> {
  readonly params: Parsed<Part<Api[Id], 'params'>>;
  readonly query: Parsed<Part<Api[Id], 'query'>>;
  readonly body: Parsed<Part<Api[Id], 'body'>>;
}

/** What a client sends, by operation. */
export interface SentInput<Id extends OperationId> {
  readonly params: Sent<Part<Api[Id], 'params'>>;
  readonly query: Sent<Part<Api[Id], 'query'>>;
  readonly body: Sent<Part<Api[Id], 'body'>>;
}

/** The JSON answer of an operation; undefined for streams and empty answers. */
export type Answer<Id extends OperationId> = Parsed<Part<Api[Id], 'answer'>>;
