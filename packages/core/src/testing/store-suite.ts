import { describe, expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import { agentStoreCases } from './agent-store-cases.ts';
import { auditStoreCases } from './audit-store-cases.ts';
import { aRun } from './builders.ts';
import { deliveryStoreCases } from './delivery-store-cases.ts';
import { groupStoreCases } from './group-store-cases.ts';
import { jobStoreCases } from './job-store-cases.ts';
import { keyStoreCases } from './key-store-cases.ts';
import { runStoreCases } from './run-store-cases.ts';
import { scriptStoreCases } from './script-store-cases.ts';
import { sessionStoreCases } from './session-store-cases.ts';

/** What every store does. `open` gives an empty one; the suite closes it. */
export function runStoreSuite(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    describe('runs', () => runStoreCases(open));
    describe('keys', () => keyStoreCases(open));
    describe('agents', () => agentStoreCases(open));
    describe('deliveries', () => deliveryStoreCases(open));
    describe('groups', () => groupStoreCases(open));
    describe('sessions', () => sessionStoreCases(open));
    describe('jobs', () => jobStoreCases(open));
    describe('scripts', () => scriptStoreCases(open));
    describe('audit', () => auditStoreCases(open));

    it('answers a ping', async () => {
      await using store = await open();
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('tells a time that does not run backwards, or that it has none of its own', async () => {
      await using store = await open();
      const times = [await store.time(), await store.time()];
      if (times[0] === null) expect(times[1]).toBeNull();
      else expect(times[1]).toBeGreaterThanOrEqual(times[0] ?? 0);
    });

    it('waits for writes under way when it is closed, and rejects every call afterwards', async () => {
      const store = await open();
      const late = store.runs.insert(aRun(), null);
      await store[Symbol.asyncDispose]();
      await expect(late).resolves.toEqual({ kind: 'inserted' });
      await expect(store.runs.get('run_1')).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.runs.insert(aRun(), null)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.keys.list(null)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.agents.pools()).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
    });

    it('may be closed twice', async () => {
      const store = await open();
      await store[Symbol.asyncDispose]();
      await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}
