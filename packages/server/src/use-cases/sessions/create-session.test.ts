import type { Quota } from '@errand/core';
import { expect, it } from 'vitest';
import { openSessionWorld } from '../../../test/session-world.ts';

it('counts against its owner and their team, or the team alone where it is the team itself that asks', async () => {
  await using world = await openSessionWorld();
  const { sessions } = world.store;
  const insert = sessions.insert.bind(sessions);
  const counted: (readonly Quota[])[] = [];
  Object.assign(sessions, {
    insert: (...asked: Parameters<typeof insert>) => {
      counted.push(asked[1].quotas);
      return insert(...asked);
    },
  });
  for (const owner of ['acme/user-1', 'acme']) await world.create({ owner });
  const ofTeam = { ownerScope: 'acme', most: 1_000 };
  expect(counted).toEqual([[{ ownerScope: 'acme/user-1', most: 3 }, ofTeam], [ofTeam]]);
});
