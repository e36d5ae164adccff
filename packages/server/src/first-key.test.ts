import { beforeEach, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../test/plane.ts';
import { greet } from './first-key.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
  const { keys } = plane.services.store;
  for (const { id } of await keys.list(null)) await keys.remove(id);
});

it('shows the first key before it is stored, and once', async () => {
  const { services } = plane;
  const shown: string[] = [];
  const show = async (secret: string): Promise<boolean> => {
    expect(await services.store.keys.list(null)).toEqual([]);
    shown.push(secret);
    return true;
  };
  expect((await greet(services, show)).ticket).not.toBeNull();
  expect((await plane.ask('GET', '/v1/keys', { key: shown[0] })).status).toBe(200);
  expect((await greet(services, show)).ticket).not.toBeNull();
  expect(shown).toHaveLength(1);
});

it('stores no key that nobody read', async () => {
  expect(await greet(plane.services, async () => false)).toEqual({ ticket: null });
  expect(await plane.services.store.keys.list(null)).toEqual([]);
});
