import { expect, it } from 'vitest';
import { actorOf, nameOf } from './old-session.ts';

const user = (name: string) => ({ user: name, session: 'one', admin: false });

it('gives each user an owner of their own, whatever their id looks like', () => {
  expect(actorOf(user('ann'), 'acme').owner).toBe('acme/ann');
  const odd = ['ann/sub', '../ann', 'Ann@example.com', 'ann ', ''].map(
    (name) => actorOf(user(name), 'acme').owner,
  );
  for (const owner of odd) expect(owner).toMatch(/^acme\/u-[0-9a-f]{24}$/);
  expect(new Set(odd).size).toBe(odd.length);
});

it('names a container by the login alone', () => {
  expect(nameOf(user('ann'))).toBe(nameOf(user('bob')));
  expect(nameOf({ ...user('ann'), session: 'two' })).not.toBe(nameOf(user('ann')));
});
