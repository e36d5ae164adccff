import type { Hono } from 'hono';
import { checkOrigin } from '../guards.ts';
import type { AppParts, Environment } from '../parts.ts';
import type { PageFile } from './page.ts';

/** Everything from our own host, nothing inline, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Serves the built page: its files by their paths, and its first document for every path that a person may have opened or shared. */
export function pageRoutes(app: Hono<Environment>, { page, guards }: AppParts): void {
  app.get('*', async (context, next) => {
    const request = context.req.raw;
    const { path } = context.req;
    if (page === null || isForPrograms(path)) return await next();
    const file = (await page.file(path)) ?? (acceptsHtml(request) ? await page.file('/index.html') : null);
    if (file === null) return path === '/' && acceptsHtml(request) ? notBuilt() : await next();
    if (!context.env.local) checkOrigin(request, guards);
    return answer(file, request.headers);
  });
}

/** A browser opens a page, rather than a program asking for data. */
export function acceptsHtml(request: Request): boolean {
  return /\btext\/html\b/.test(request.headers.get('accept') ?? '');
}

function isForPrograms(path: string): boolean {
  return path.startsWith('/v1/') || path === '/v1';
}

function answer(file: PageFile, asked: Headers): Response {
  const headers = new Headers({
    ...HEADERS,
    'content-type': file.mediaType,
    etag: file.etag,
    vary: 'accept-encoding',
  });
  headers.set('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (asked.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers });
  const [encoding, bytes] = formOf(file, asked.get('accept-encoding') ?? '');
  if (encoding !== null) headers.set('content-encoding', encoding);
  headers.set('content-length', String(bytes.length));
  return new Response(bytes, { headers });
}

/** The smallest form that the browser says it takes. */
function formOf({ plain, br, gzip }: PageFile, accepted: string): [string | null, Buffer<ArrayBuffer>] {
  if (br !== null && /\bbr\b/.test(accepted)) return ['br', br];
  if (gzip !== null && /\bgzip\b/.test(accepted)) return ['gzip', gzip];
  return [null, plain];
}

function notBuilt(): Response {
  const text = 'The page is not built here. In a clone of the repository: npm run build:page\n';
  return new Response(text, {
    status: 404,
    headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  });
}
