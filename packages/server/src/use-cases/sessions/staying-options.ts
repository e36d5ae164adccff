import type { SessionSpecWish } from '@errand/contract';
import type { Provider } from '@errand/core';

/** Its options, with what makes a session without a command of its own stay for the commands that others send. */
export function stayingOptions(
  { capabilities }: Pick<Provider, 'capabilities'>,
  { command, shell, options }: Pick<SessionSpecWish, 'command' | 'shell' | 'options'>,
): NonNullable<SessionSpecWish['options']> {
  const stays = command === undefined && shell === undefined;
  return { ...(stays ? (capabilities.forRun as SessionSpecWish['options']) : {}), ...options };
}
