import { z } from 'zod';
import { API } from '../routes/index.ts';
import type { Route } from '../routes/route.ts';
import { ErrorBody } from '../schemas/error.ts';
import { type OperationId, ROUTES } from '../wire/routes.ts';
import { STATUS_BY_CODE } from './status.ts';

type Json = Record<string, unknown>;

/** The API as an OpenAPI 3.1 document, made from the route values alone. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  const named = new Map<string, Json>();
  for (const id of Object.keys(ROUTES) as OperationId[]) {
    const { method, path } = ROUTES[id];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(id, API[id], named) };
  }
  schema(ErrorBody, 'output', named);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Errand',
      version,
      description: 'Run a command anywhere, watch it live, leave nothing running.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(named),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: err_...' } },
    },
  };
}

function operation(id: OperationId, route: Route, named: Named): Json {
  return {
    operationId: id,
    summary: route.summary,
    ...(route.access === 'open' ? {} : { security: [{ key: [] }], 'x-access': route.access }),
    parameters: [...parameters(route.params, 'path', named), ...parameters(route.query, 'query', named)],
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body, named) }),
    responses: { [route.status]: answer(route, named), ...errors(route) },
  };
}

function parameters(source: z.ZodType | undefined, place: 'path' | 'query', named: Named): Json[] {
  if (source === undefined) return [];
  const { properties = {}, required = [] } = schema(source, 'input', named) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function requestBody(body: NonNullable<Route['body']>, named: Named): Json {
  const content =
    body === 'bytes'
      ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: schema(body, 'input', named) } };
  return { required: true, content };
}

function answer({ answer: body, summary }: Route, named: Named): Json {
  if (body === null) return { description: 'Done' };
  if ('streams' in body) {
    const content = Object.fromEntries(
      body.streams.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    );
    return { description: summary, content };
  }
  return { description: summary, content: { 'application/json': { schema: schema(body, 'output', named) } } };
}

function errors(route: Route): Json {
  const codes = [
    ...route.errors,
    ...(route.access === 'open' ? [] : (['unauthenticated'] as const)),
    'internal' as const,
  ];
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  const byStatus: Record<string, string> = {};
  for (const code of codes) {
    const status = String(STATUS_BY_CODE[code]);
    byStatus[status] = byStatus[status] === undefined ? code : `${byStatus[status]} or ${code}`;
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, description]) => [status, { description, content }]),
  );
}

/** Schemas that carry an id, by id: they stand once under components and are referred to. */
type Named = Map<string, Json>;

function schema(type: z.ZodType, io: 'input' | 'output', named: Named): Json {
  const { $schema: _dialect, $defs = {}, ...whole } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  for (const [id, definition] of Object.entries($defs)) named.set(id, hoisted(definition));
  const { id, ...rest } = whole;
  if (typeof id !== 'string') return hoisted(rest);
  named.set(id, hoisted(rest));
  return { $ref: `#/components/schemas/${id}` };
}

function hoisted(json: object): Json {
  const moved = JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(moved) as Json;
}
