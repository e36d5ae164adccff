import { expect, it } from 'vitest';
import type { SignIn } from '../ports/key-store.ts';
import type { Store } from '../ports/store.ts';
import { ROLES } from '../vocabulary/role.ts';
import { aKey } from './builders.ts';

/** The contract of the key store, sentence by sentence. */
export function keyStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of a key and finds it by id and hash', async () => {
    await using store = await open();
    for (const role of ROLES) {
      const key = aKey({
        role,
        expiresAt: 7_000_000_000_000,
        lastUsedAt: 5,
        name: `it's "${role}" \u{1f511}`,
      });
      await store.keys.insert(key);
      expect(await store.keys.get(key.id)).toEqual(key);
      expect(await store.keys.byHash(key.hash)).toEqual(key);
    }
    expect(await store.keys.get('key_none')).toBeNull();
    expect(await store.keys.byHash('none')).toBeNull();
  });

  it('rejects a second key of the same id or hash', async () => {
    await using store = await open();
    const key = aKey();
    await store.keys.insert(key);
    await expect(store.keys.insert(aKey({ id: key.id }))).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.keys.insert(aKey({ hash: key.hash }))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lists those of an owner path and below it, oldest first; all for null', async () => {
    await using store = await open();
    const keys = [
      aKey({ owner: 'acme/user-1', createdAt: 30 }),
      aKey({ owner: 'acme', createdAt: 10 }),
      aKey({ owner: 'acme2', createdAt: 20 }),
      aKey({ owner: 'acme-x', createdAt: 25 }),
    ];
    for (const key of keys) await store.keys.insert(key);
    const owners = async (scope: string | null) => (await store.keys.list(scope)).map(({ owner }) => owner);
    expect(await owners(null)).toEqual(['acme', 'acme2', 'acme-x', 'acme/user-1']);
    expect(await owners('acme')).toEqual(['acme', 'acme/user-1']);
    expect(await owners('acme/user-1')).toEqual(['acme/user-1']);
    expect(await owners('none')).toEqual([]);
  });

  it('notes a use and never moves back', async () => {
    await using store = await open();
    const key = aKey();
    await store.keys.insert(key);
    const lastUse = async () => (await store.keys.get(key.id))?.lastUsedAt;
    for (const [at, expected] of [
      [50, 50],
      [40, 50],
      [60, 60],
    ] as const) {
      await store.keys.touch(key.id, at);
      expect(await lastUse()).toBe(expected);
    }
    await expect(store.keys.touch('key_none', 5)).resolves.toBeUndefined();
  });

  it('removes a key with every sign-in and ticket made with it, and no others', async () => {
    await using store = await open();
    const [key, other] = [aKey(), aKey()];
    for (const { id } of [key, other]) {
      await store.keys.insert(id === key.id ? key : other);
      await store.keys.insertSignIn(aSignIn({ hash: `ticket ${id}`, kind: 'ticket', keyId: id }));
      await store.keys.insertSignIn(aSignIn({ hash: `cookie ${id}`, keyId: id }));
    }
    expect(await store.keys.remove(key.id)).toBe(true);
    expect(await store.keys.remove(key.id)).toBe(false);
    expect(await store.keys.get(key.id)).toBeNull();
    expect(await store.keys.signIn(`ticket ${key.id}`)).toBeNull();
    expect(await store.keys.signIn(`cookie ${key.id}`)).toBeNull();
    expect(await store.keys.get(other.id)).toEqual(other);
    expect(await store.keys.signIn(`cookie ${other.id}`)).not.toBeNull();
  });

  it('keeps a sign-in until it is taken', async () => {
    await using store = await open();
    const signIn = aSignIn({ hash: 'h', kind: 'ticket' });
    await store.keys.insertSignIn(signIn);
    expect(await store.keys.signIn('h')).toEqual(signIn);
    expect(await store.keys.takeSignIn('h')).toEqual(signIn);
    expect(await store.keys.takeSignIn('h')).toBeNull();
    expect(await store.keys.signIn('h')).toBeNull();
  });

  it('gives a ticket to one of several concurrent takers', async () => {
    await using store = await open();
    await store.keys.insertSignIn(aSignIn({ hash: 'h', kind: 'ticket' }));
    const taken = await Promise.all(Array.from({ length: 6 }, () => store.keys.takeSignIn('h')));
    expect(taken.filter((signIn) => signIn !== null)).toHaveLength(1);
  });

  it('forgets what expired before a time', async () => {
    await using store = await open();
    for (const expiresAt of [99, 100, 101])
      await store.keys.insertSignIn(aSignIn({ hash: `at ${expiresAt}`, expiresAt }));
    await store.keys.sweepSignIns(100);
    expect(await store.keys.signIn('at 99')).toBeNull();
    expect(await store.keys.signIn('at 100')).not.toBeNull();
    expect(await store.keys.signIn('at 101')).not.toBeNull();
  });
}

function aSignIn(change: Partial<SignIn>): SignIn {
  return { hash: 'hash', kind: 'cookie', keyId: 'key_1', expiresAt: 9_000, ...change };
}
