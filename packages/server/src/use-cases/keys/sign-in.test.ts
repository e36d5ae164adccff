import type { Store } from '@errand/core';
import { type FakeClock, fakeClock } from '@errand/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../stores/sql/open-sqlite-store.ts';
import { randomIds } from '../../system/random-ids.ts';
import { actorOfPass, createSessionTicket, redeemSessionTicket } from '../sessions/session-pass.ts';
import { actorOfCookie, createTicket, redeemTicket, signIn } from './authenticate.ts';
import { createKey } from './create-key.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let clock: FakeClock;
let store: Store;
let keyId: string;
beforeEach(async () => {
  clock = fakeClock();
  store = await openSqliteStore({ database: ':memory:' });
  const wish = { name: 'his', role: 'member', owner: 'acme', expiresInMs: null } as const;
  keyId = (await createKey({ keys: store.keys, clock, ids: randomIds }, wish)).id;
  return async () => await store[Symbol.asyncDispose]();
});

const parts = () => ({ keys: store.keys, clock });

describe('a browser', () => {
  it('gets in by a ticket within ten minutes', async () => {
    for (const [secret, ms] of [
      ['one', 10 * MINUTE - 1],
      ['two', 10 * MINUTE],
    ] as const) {
      await createTicket(parts(), keyId, secret);
      clock.jump(ms);
      const made = await redeemTicket(parts(), secret, `cookie-${secret}`);
      expect([secret, made?.keyId]).toEqual([secret, secret === 'one' ? keyId : undefined]);
    }
  });

  it('stays for two weeks', async () => {
    await signIn(parts(), keyId, 'cookie');
    clock.jump(14 * DAY - 1);
    expect(await actorOfCookie(parts(), 'cookie')).toMatchObject({ id: keyId });
    clock.jump(1);
    expect(await actorOfCookie(parts(), 'cookie')).toBeNull();
  });

  it('gets in with no ticket as a cookie, and with no cookie as a ticket', async () => {
    await createTicket(parts(), keyId, 'ticket');
    expect(await actorOfCookie(parts(), 'ticket')).toBeNull();
    await signIn(parts(), keyId, 'cookie');
    expect(await redeemTicket(parts(), 'cookie', 'another')).toBeNull();
  });
});

describe('a browser at a session', () => {
  const session = { id: 'ses_a' };
  const redeem = (ticket: string) =>
    redeemSessionTicket(parts(), { session, ticket, secret: `of-${ticket}` });
  const ticket = (secret: string) => createSessionTicket(parts(), { session, keyId, secret });

  it('gets in by a ticket within a minute, and stays for two weeks', async () => {
    await ticket('late');
    clock.jump(MINUTE);
    expect(await redeem('late')).toBeNull();
    await ticket('soon');
    clock.jump(MINUTE - 1);
    expect(await redeem('soon')).not.toBeNull();
    const seen = () => actorOfPass(parts(), { session, secret: 'of-soon' });
    clock.jump(14 * DAY - 1);
    expect(await seen()).toMatchObject({ id: keyId });
    clock.jump(1);
    expect(await seen()).toBeNull();
  });

  it('gets in with no ticket as a pass, and with no pass as a ticket', async () => {
    await ticket('one');
    expect(await actorOfPass(parts(), { session, secret: 'one' })).toBeNull();
    await redeem('one');
    expect(await redeem('of-one')).toBeNull();
  });
});
