import { openApiDocument } from '@errand/contract';
import { ErrandError } from '@errand/core';
import { Hono } from 'hono';
import type { Services } from '../services.ts';
import { aboutAnswer } from './about-answer.ts';
import { agentFileRoutes } from './agent-files.ts';
import type { Handlers } from './call.ts';
import { docsPage } from './docs-page.ts';
import { errorResponse } from './error-response.ts';
import { checkOrigin } from './guards.ts';
import { agentFileHandlers } from './handlers/agent-file-handlers.ts';
import { agentHandlers } from './handlers/agent-handlers.ts';
import { agentLifeHandlers } from './handlers/agent-life-handlers.ts';
import { appendHandlers } from './handlers/append-handlers.ts';
import { artifactHandlers } from './handlers/artifact-handlers.ts';
import { auditHandlers } from './handlers/audit-handlers.ts';
import { groupHandlers } from './handlers/group-handlers.ts';
import { jobHandlers } from './handlers/job-handlers.ts';
import { keyHandlers } from './handlers/key-handlers.ts';
import { logHandlers } from './handlers/log-handlers.ts';
import { poolHandlers } from './handlers/pool-handlers.ts';
import { runHandlers } from './handlers/run-handlers.ts';
import { scriptHandlers } from './handlers/script-handlers.ts';
import { sessionFileHandlers } from './handlers/session-file-handlers.ts';
import { sessionHandlers } from './handlers/session-handlers.ts';
import { sessionOutputHandlers } from './handlers/session-output-handlers.ts';
import { signInHandlers } from './handlers/sign-in-handlers.ts';
import { transferHandlers } from './handlers/transfer-handlers.ts';
import { noRoute } from './no-route.ts';
import { pageRoutes } from './page/page-routes.ts';
import type { AppParts, Environment } from './parts.ts';
import { registerRoutes } from './register.ts';
import { signInRoutes } from './sign-in.ts';

/** The whole HTTP edge. It knows paths, statuses and headers; what happens is the use-cases'. */
export function createApp(parts: AppParts): Hono<Environment> {
  const { services, log, metrics } = parts;
  const app = new Hono<Environment>();
  app.use(async (context, next) => {
    const started = services.clock.steady();
    const requestId = `req_${Math.trunc(started * 1_000).toString(36)}_${(counter++).toString(36)}`;
    context.set('requestId', requestId);
    await next();
    // What answers HEAD is the answer to GET, whose body nobody will read.
    if (context.req.raw.method === 'HEAD') void context.res.body?.cancel().catch(() => undefined);
    metrics.request(context.req.method, context.res.status, services.clock.steady() - started);
  });
  app.onError((error, context) => {
    const requestId = context.get('requestId');
    if (!(error instanceof ErrandError) || error.code === 'internal') {
      log.error({ err: error, requestId, path: context.req.path }, 'request failed');
    }
    return errorResponse(error, aboutAnswer(services.version, context));
  });
  app.notFound((context) => {
    return errorResponse(noRoute(app, context.req), aboutAnswer(services.version, context));
  });
  openRoutes(app, parts);
  agentFileRoutes(app, parts);
  signInRoutes(app, parts);
  parts.compat.mount(app, parts);
  registerRoutes(app, {
    version: services.version,
    handlers: handlersOf(services),
    authenticating: { ...services.authenticating, clock: services.clock },
    guards: parts.guards,
    draining: parts.draining,
    revocations: services.revocations,
    audit: services.audit,
  });
  // The last one: a path that nothing else answers is one of the page's.
  pageRoutes(app, parts);
  return app;
}

let counter = 0;

/** Every operation of the contract. */
function handlersOf(services: Services): Handlers {
  return {
    ...runHandlers(services),
    ...logHandlers(services),
    ...artifactHandlers(services),
    ...sessionHandlers(services),
    ...sessionFileHandlers(services),
    ...sessionOutputHandlers(services),
    ...agentFileHandlers(services),
    ...jobHandlers(services),
    ...keyHandlers(services),
    ...signInHandlers(services),
    ...agentHandlers(services),
    ...appendHandlers(services),
    ...transferHandlers(),
    ...agentLifeHandlers(services),
    ...scriptHandlers(services),
    ...poolHandlers(services),
    ...groupHandlers(services),
    ...auditHandlers(services),
  };
}

/** What nobody needs a key for. */
function openRoutes(app: Hono<Environment>, { services, guards, metrics, ready }: AppParts): void {
  for (const path of ['/openapi.json', '/docs']) {
    app.use(path, async (context, next) => {
      if (!context.env.local) checkOrigin(context.req.raw, guards);
      await next();
    });
  }
  app.get('/healthz', (context) =>
    context.json({ status: 'ok', version: services.version }, 200, aboutAnswer(services.version, context)),
  );
  app.get('/readyz', async (context) => {
    try {
      await ready();
      return context.json({ status: 'ready' });
    } catch (error) {
      return context.json(
        { status: 'not ready', why: error instanceof Error ? error.message : 'unknown' },
        503,
      );
    }
  });
  app.get('/metrics', async () => {
    const headers = { 'content-type': metrics.contentType };
    return new Response(await metrics.text(await services.store.runs.countOpen()), { headers });
  });
  app.get('/docs', () => docsPage(services.version));
  app.get('/openapi.json', (context) => context.json(openApiDocument(services.version)));
}
