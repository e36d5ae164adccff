import { ErrandError, type SessionRecord } from '@errand/core';
import { aSession, aSessionSpec } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { AssetPlacing } from './asset-placing.ts';
import type { SessionAssets } from './session-assets.ts';

const FILE = { path: 'a', mode: null, owner: null, source: { kind: 'inline', sealed: '' } } as never;

function placingFor(session: SessionRecord, gather: SessionAssets['gather']): AssetPlacing {
  return new AssetPlacing({
    sessions: { get: async () => session },
    assets: { gather },
    fileOrders: undefined as never,
  });
}

/** How often files are gathered for a session that is like this. */
async function gathered(like: Partial<SessionRecord>, anew: boolean): Promise<number> {
  let times = 0;
  const session = aSession({ spec: aSessionSpec({ files: [FILE] }), ...like });
  const placing = placingFor(session, async () => {
    times += 1;
    return [];
  });
  const at = { sessionId: session.id, key: 'key', agentId: 'agent', anew };
  await expect.poll(() => placing.progress(at)).toBeNull();
  return times;
}

it('puts files where a session starts for the first time', async () => {
  expect(await gathered({ firstReadyAt: null, state: 'starting' }, false)).toBe(1);
});

it('puts them there again where a later start made its compute anew, and only then', async () => {
  expect(await gathered({ firstReadyAt: 1, state: 'starting' }, true)).toBe(1);
  expect(await gathered({ firstReadyAt: 1, state: 'starting' }, false)).toBe(0);
});

it('leaves alone what is ready: its files may have been changed', async () => {
  expect(await gathered({ firstReadyAt: 1, state: 'ready' }, true)).toBe(0);
});

it('says what was in the way, also where it may pass, and tries that anew', async () => {
  const session = aSession({ spec: aSessionSpec({ files: [FILE] }), firstReadyAt: null, state: 'starting' });
  let isThere = false;
  const placing = placingFor(session, async () => {
    if (isThere) return [];
    throw new ErrandError('unavailable', 'the agent is not there');
  });
  const at = { sessionId: session.id, key: 'key', agentId: 'agent', anew: false };
  const said = async (): Promise<string | null> =>
    placing.progress(at).catch(({ message }: Error) => message);
  await expect.poll(said, { interval: 1 }).toBe('the agent is not there');
  isThere = true;
  await expect.poll(said, { interval: 1 }).toBeNull();
});
