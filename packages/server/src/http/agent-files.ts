import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ErrandError } from '@errand/core';
import type { Context, Hono } from 'hono';
import { agentScript } from './agent-script.ts';
import { checkOrigin } from './guards.ts';
import type { AgentFilesOptions, AppParts, Environment } from './parts.ts';

interface AgentFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const PROGRAMS = /^errand-(agent\.mjs|keeper-[a-z]+-[a-z0-9]+)$/;
const EXECUTABLES = /^errand-agent-[a-z]+-[a-z0-9]+\.gz$/;

/** `/agent.sh` and what it brings. Nobody needs a key for it: the token, which the machine gets otherwise, is what opens the door. */
export function agentFileRoutes(app: Hono<Environment>, { guards, agentFiles }: AppParts): void {
  if (agentFiles === null) return;
  const sums = new Map<string, Promise<string>>();
  const files = (): Promise<readonly AgentFile[]> => filesOf(agentFiles, sums);
  for (const path of ['/agent.sh', '/agent/*']) {
    app.use(path, async (context, next) => {
      if (!context.env.local) checkOrigin(context.req.raw, guards);
      await next();
    });
  }
  app.get('/agent.sh', async (context) => {
    const text = agentScript(ownUrl(agentFiles, context), await files());
    return new Response(text, { headers: { 'content-type': 'text/x-shellscript; charset=utf-8' } });
  });
  app.get('/agent/SHA256SUMS', async () => {
    const lines = (await files()).map(({ name, sha256 }) => `${sha256}  ${name}\n`);
    return new Response(lines.join(''));
  });
  app.get('/agent/:name', async (context) => {
    const wanted = context.req.param('name');
    const file = (await files()).find(({ name }) => name === wanted);
    if (file === undefined)
      throw new ErrandError('not_found', `there is no ${wanted}; /agent/SHA256SUMS names what there is`);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) };
    return new Response(Readable.toWeb(createReadStream(file.path)) as ReadableStream, { headers });
  });
}

async function filesOf(
  { folder, executables }: AgentFilesOptions,
  sums: Map<string, Promise<string>>,
): Promise<readonly AgentFile[]> {
  const found = [
    ...matching(await folder(), PROGRAMS),
    ...(executables === null ? [] : matching(executables, EXECUTABLES)),
  ];
  return await Promise.all(
    found.map(async ({ name, path }) => {
      const { size, mtimeMs } = statSync(path);
      const version = `${path} ${size} ${mtimeMs}`;
      const known = sums.get(version) ?? sha256Of(path);
      sums.set(version, known);
      return { name, path, bytes: size, sha256: await known };
    }),
  );
}

function matching(folder: string, names: RegExp): readonly { name: string; path: string }[] {
  return readdirSync(folder)
    .filter((name) => names.test(name))
    .map((name) => ({ name, path: join(folder, name) }));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Under which name it was asked for; the guard has looked at it, and what is no name of a host never gets into the script. */
function ownUrl({ scheme }: AgentFilesOptions, context: Context<Environment>): string {
  const host = context.req.header('host') ?? 'localhost';
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(host)) throw new ErrandError('invalid', 'the Host is no name of a host');
  return `${scheme}://${host}`;
}
