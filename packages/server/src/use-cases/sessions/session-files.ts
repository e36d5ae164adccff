import {
  ErrandError,
  type FileStat,
  type Files,
  type Provider,
  ProviderError,
  type SessionRecord,
} from '@errand/core';
import type { FileOrders, FileOrderWish, FileReply } from './file-orders.ts';

/** The files of sessions: of one that runs, ready or about to be. */
export type SessionFiles = Files<SessionRecord>;

export interface SessionFilesParts {
  readonly providers: ReadonlyMap<string, Pick<Provider, 'files'>>;
  readonly fileOrders: FileOrders;
}

/** Reaches the files of a session through its provider where that can, else through the agent that has the session. */
export function sessionFiles(parts: SessionFilesParts): SessionFiles {
  const of = (session: SessionRecord): Files<null> => filesOf(parts, session);
  return {
    stat: (session, path) => of(session).stat(null, path),
    list: (session, path, depth) => of(session).list(null, path, depth),
    read: (session, path) => of(session).read(null, path),
    write: (session, path, wish, content) => of(session).write(null, path, wish, content),
    makeFolder: (session, path) => of(session).makeFolder(null, path),
  };
}

function filesOf({ providers, fileOrders }: SessionFilesParts, session: SessionRecord): Files<null> {
  const { id, state, launch, agent, spec } = session;
  if (state !== 'ready' && state !== 'starting')
    throw new ErrandError('conflict', `the session is ${state}; its files are reached while it runs`);
  const files = providers.get(spec.provider)?.files;
  const handle = launch?.handle ?? null;
  if (files !== undefined && handle !== null) {
    return {
      stat: (_, path) => translated(files.stat(handle, path)),
      list: (_, path, depth) => translated(files.list(handle, path, depth)),
      read: (_, path) => translated(files.read(handle, path)),
      write: (_, path, wish, content) => translated(files.write(handle, path, wish, content)),
      makeFolder: (_, path) => translated(files.makeFolder(handle, path)),
    };
  }
  if (agent?.machine !== undefined) throw new ErrandError('conflict', NO_AGENT_THERE);
  if (agent !== null) return filesAtAgent(fileOrders, { agentId: agent.id, sessionId: id });
  throw new ErrandError('conflict', `files of sessions of the provider ${spec.provider} cannot be reached`);
}

const NO_AGENT_THERE =
  'files of this session cannot be reached: scripts are carried to its machine, which has no agent; let a command bring them from somewhere, or put them there';

/** The files of a session through the agent that has it. */
export function filesAtAgent(
  orders: FileOrders,
  { agentId, sessionId }: { readonly agentId: string; readonly sessionId: string },
): Files<null> {
  const ask = (wish: FileOrderWish, content?: AsyncIterable<Uint8Array>): Promise<FileReply> =>
    orders.ask(agentId, wish, content ?? null);
  return {
    stat: async (_, path) => (await ask({ kind: 'stat', sessionId, path })).stat,
    list: async (_, path, depth) => {
      if (depth === 'all') return (await ask({ kind: 'list', sessionId, path })).entries;
      const { entries } = await ask({ kind: 'list', sessionId, path, depth });
      // An agent that is older than the word tells of everything below.
      return entries.filter((entry) => !entry.path.includes('/'));
    },
    read: (_, path) => orders.read(agentId, { kind: 'read', sessionId, path }),
    write: async (_, path, { bytes, mode, owner }, content) => {
      if (owner !== null)
        throw new ErrandError('invalid', 'owner is for containers; the files of this session have its user');
      return statOf(await ask({ kind: 'write', sessionId, path, bytes, mode }, content));
    },
    makeFolder: async (_, path) => statOf(await ask({ kind: 'folder', sessionId, path })),
  };
}

function statOf({ stat }: FileReply): FileStat {
  if (stat !== null) return stat;
  throw new ErrandError('unavailable', 'the agent answered without saying what it did; try again');
}

/** What a provider cannot reach now is no fault of the request. */
async function translated<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new ErrandError('unavailable', error.message, { cause: error });
  }
}
