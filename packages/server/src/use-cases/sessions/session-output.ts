import { ErrandError, type OutputPiece, type OutputWish, ProviderError } from '@errand/core';
import type { Actor } from '../actor.ts';
import { seeSession } from './see-session.ts';
import type { SessionParts } from './session-parts.ts';

/** What the own command of a session wrote, where its provider keeps that. Throws `conflict` where it does not, or there is nothing yet. */
export async function sessionOutput(
  parts: Pick<SessionParts, 'sessions' | 'providers'>,
  { actor, word }: { readonly actor: Actor; readonly word: string },
  wish: OutputWish,
): Promise<AsyncIterable<OutputPiece>> {
  const session = await seeSession(parts, actor, word);
  const { spec, launch, state, id } = session;
  const provider = parts.providers.get(spec.provider);
  if (provider?.output === undefined)
    throw new ErrandError(
      'conflict',
      `what its own command writes is the log of a run; errand ps --session ${id}`,
    );
  const handle = launch?.handle ?? null;
  if (handle === null)
    throw new ErrandError('conflict', `the session is ${state}; it has written nothing yet`);
  try {
    return await provider.output(handle, wish);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new ErrandError('unavailable', error.message, { cause: error });
  }
}
