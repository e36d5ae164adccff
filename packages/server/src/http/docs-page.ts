import { createHash } from 'node:crypto';
import { API, openApiDocument, type Route } from '@errand/contract';
import { type OperationId, ROUTES } from '@errand/contract/wire';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; overflow-wrap: anywhere; }
code { font: 0.9em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
`;

interface Property {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The API for people to read, made from the same route values as OpenAPI. No script, nothing from elsewhere. */
export function docsPage(version: string): Response {
  const document = openApiDocument(version) as { readonly paths: Record<string, Record<string, Json>> };
  const operations = (Object.keys(ROUTES) as OperationId[]).map((id) => operation(id, document.paths));
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errand API</title><style>${STYLE}</style></head><body>
<h1>Errand API ${escape(version)}</h1>
<p>Send a key as <code>Authorization: Bearer err_...</code>. Errors are <code>{error: {code, message, requestId, details?}}</code>.
Machines read <a href="/openapi.json">/openapi.json</a>.</p>
<p><code>curl -H "Authorization: Bearer $ERRAND_KEY" -d '{"command": ["uname", "-a"]}' $ERRAND_URL/v1/runs</code></p>
${operations.join('\n')}
</body></html>
`;
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; frame-ancestors 'none'; base-uri 'none'`;
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
  return new Response(html, { headers: { ...headers, 'x-content-type-options': 'nosniff' } });
}

const NEEDS: Readonly<Record<Route['access'], string>> = {
  open: 'everybody, without a key',
  any: 'keys of every role but agent',
  touch: 'keys with the role admin, member or service',
  admin: 'keys with the role admin',
  agent: 'keys with the role agent',
  line: 'agents',
};

function operation(id: OperationId, paths: Record<string, Record<string, Json>>): string {
  const { method, path } = ROUTES[id];
  const described = paths[path]?.[method.toLowerCase()] ?? {};
  const properties = [...parametersOf(described), ...bodyOf(described)];
  return `<h2 id="${id}"><code>${method} ${escape(path)}</code></h2>
<p>${escape(API[id].summary)}. For ${NEEDS[API[id].access]}.</p>
${properties.length === 0 ? '' : table(properties)}`;
}

function table(properties: readonly Property[]): string {
  const rows = properties.map(
    ({ name, type, required, description }) =>
      `<tr><td><code>${escape(name)}</code>${required ? '' : '?'}</td><td>${escape(type)}</td><td>${escape(description)}</td></tr>`,
  );
  return `<div class="wide"><table><tr><th>field</th><th>type</th><th></th></tr>${rows.join('')}</table></div>`;
}

function parametersOf(described: Json): Property[] {
  const parameters = (described['parameters'] ?? []) as readonly Json[];
  return parameters.map((each) => ({
    name: String(each['name']),
    type: typeOf(each['schema'] as Json),
    required: each['required'] === true,
    description: textOf(each),
  }));
}

function bodyOf(described: Json): Property[] {
  const body = described['requestBody'] as { content: Record<string, { schema: Json }> } | undefined;
  const schema = body?.content['application/json']?.schema;
  const required = (schema?.['required'] ?? []) as readonly string[];
  return Object.entries((schema?.['properties'] ?? {}) as Record<string, Json>).map(([name, each]) => ({
    name,
    type: typeOf(each),
    required: required.includes(name),
    description: textOf(each),
  }));
}

function typeOf(schema: Json): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].join(' | ');
  if (Array.isArray(schema['anyOf'])) return (schema['anyOf'] as readonly Json[]).map(typeOf).join(' or ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (schema['type'] === 'array') return `list of ${typeOf((schema['items'] ?? {}) as Json)}`;
  if (schema['properties'] !== undefined) return `{${fieldsOf(schema).join(', ')}}`;
  return typeof schema['type'] === 'string' ? schema['type'] : 'any';
}

function fieldsOf(schema: Json): string[] {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(schema['properties'] as Record<string, Json>).map(
    ([name, each]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(each)}`,
  );
}

function textOf({ description }: Json): string {
  return typeof description === 'string' ? description : '';
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
