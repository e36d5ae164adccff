import { ErrandError } from '@errand/core';
import type { Hono } from 'hono';
import type { Environment } from './parts.ts';

/** Why nothing answers a request: the path is unknown, or it takes other methods (RFC 9110, 15.5.6). */
export function noRoute(app: Hono<Environment>, { method, path }: NoRoute): ErrandError {
  const allow = methodsOf(app, path);
  if (allow.length === 0) return new ErrandError('not_found', `there is no ${method} ${path}`);
  const sentence = `${path} takes ${allow.join(', ')}, not ${method}`;
  return new ErrandError('method_not_allowed', sentence, { details: { allow } });
}

interface NoRoute {
  readonly method: string;
  readonly path: string;
}

/** By the routes for exactly this path; those for a whole tree of paths answer what nothing else does. */
function methodsOf(app: Hono<Environment>, path: string): string[] {
  const fitting = app.routes.filter((route) => !route.path.includes('*') && matches(route.path, path));
  const methods = new Set(fitting.map(({ method }) => method).filter((method) => method !== 'ALL'));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at])
  );
}
