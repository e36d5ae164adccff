import { ErrandError, type FileStat, type SessionRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import { type Actor, checkTouches } from '../../use-cases/actor.ts';
import { seeSession } from '../../use-cases/sessions/see-session.ts';
import { takeUpload } from '../../use-cases/sessions/uploads.ts';
import type { SomeHandlers } from '../call.ts';
import { streamOf } from '../log-response.ts';

export function sessionFileHandlers(
  services: Services,
): SomeHandlers<'uploadFile' | 'listFiles' | 'readFile' | 'writeFile' | 'makeFolder'> {
  const { files } = services.sessions;
  const ours = (actor: Actor, word: string): Promise<SessionRecord> => sessionOf(services, actor, word);
  return {
    uploadFile: async ({ actor, body }) => {
      const { expiresAt, ...taken } = await takeUpload(services.sessions, actor, piecesOf(body));
      return { ...taken, expiresAt: new Date(expiresAt).toISOString() };
    },
    listFiles: async ({ actor, input: { params, query } }) => {
      const session = await ours(actor, params.id);
      const stat = await files.stat(session, query.path);
      if (stat === null) throw new ErrandError('not_found', `there is no ${query.path} in the session`);
      const depth = query.list === true ? 'all' : query.list;
      const wanted = stat.kind === 'folder' && (depth === 'all' || depth === 'direct');
      const entries = wanted ? await files.list(session, query.path, depth) : null;
      return { ...presentFile(stat), entries: entries?.map(presentFile) ?? null };
    },
    readFile: async ({ actor, input: { params, query } }) => {
      const session = await ours(actor, params.id);
      const { stat, content } = await files.read(session, query.path);
      return new Response(streamOf(inUse(services, session, content)), { headers: headersOf(stat) });
    },
    writeFile: async ({ actor, input: { params, query }, headers, body }) => {
      const session = await ours(actor, params.id);
      const bytes = query.bytes ?? lengthOf(headers);
      const wish = { bytes, mode: query.mode ?? null, owner: query.owner ?? null };
      const content = inUse(services, session, body ?? NO_BYTES);
      return presentFile(await files.write(session, query.path, wish, content));
    },
    makeFolder: async ({ actor, input: { params, query } }) =>
      presentFile(await files.makeFolder(await ours(actor, params.id), query.path)),
  };
}

async function* piecesOf(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body;
}

const NO_BYTES: readonly Uint8Array[] = [];

async function sessionOf({ sessions, clock }: Services, actor: Actor, word: string): Promise<SessionRecord> {
  const session = await seeSession(sessions, actor, word);
  checkTouches(actor, session.owner, 'session');
  sessions.uses.note(session.id, 'traffic', clock.now());
  return session;
}

/** A session whose files are being copied is not idle, however long that takes. */
async function* inUse(
  { sessions, clock }: Services,
  { id }: SessionRecord,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    sessions.uses.note(id, 'traffic', clock.now());
    yield piece;
  }
}

function lengthOf(headers: Headers): number {
  const length = headers.get('content-length');
  if (length !== null) return Number(length);
  throw new ErrandError(
    'invalid',
    'say how many bytes come: with Content-Length, or with bytes in the query',
  );
}

function headersOf({ bytes, mode, modifiedAt }: FileStat): Record<string, string> {
  return {
    // What lies in a session is nobody's program on this origin: a browser saves it, and does nothing else with it.
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'content-length': String(bytes),
    'last-modified': new Date(modifiedAt).toUTCString(),
    'errand-file-mode': mode.toString(8),
  };
}

function presentFile({ mode, modifiedAt, ...stat }: FileStat) {
  return { ...stat, mode: mode.toString(8), modifiedAt: new Date(modifiedAt).toISOString() };
}
