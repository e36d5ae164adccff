import { expect, it } from 'vitest';
import type { AuditRecord } from '../audit/record.ts';
import type { AuditFilter } from '../ports/audit-store.ts';
import type { Store } from '../ports/store.ts';

const FIRST_PAGE = { limit: 50, after: null };

/** The contract of the audit store, sentence by sentence. */
export function auditStoreCases(open: () => Promise<Store>): void {
  it('keeps every field, whether known or not', async () => {
    await using store = await open();
    const full = anEntry({ at: 7_000_000_000_000, outcome: 'not_found', note: `it's "gone" \u{1f511}` });
    const bare = anEntry({ at: 5, keyId: null, keyName: null, owner: null, target: null, address: null });
    for (const entry of [full, bare]) await store.audit.insert(entry);
    expect(await store.audit.list({}, FIRST_PAGE)).toEqual([full, bare]);
  });

  it('rejects a second entry of the same id', async () => {
    await using store = await open();
    const entry = anEntry();
    await store.audit.insert(entry);
    await expect(store.audit.insert(entry)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('writes down once how something ended', async () => {
    await using store = await open();
    const [one, two] = [anEntry({ target: null }), anEntry()];
    for (const entry of [one, two]) await store.audit.insert(entry);
    await store.audit.end([
      { id: one.id, target: 'run_9', outcome: 'done', note: null },
      { id: two.id, target: two.target, outcome: 'conflict', note: 'why' },
      { id: 'audit_none', target: null, outcome: 'done', note: null },
    ]);
    await store.audit.end([{ id: one.id, target: 'run_8', outcome: 'internal', note: 'late' }]);
    await store.audit.end([]);
    expect(await store.audit.list({}, FIRST_PAGE)).toEqual([
      { ...two, outcome: 'conflict', note: 'why' },
      { ...one, target: 'run_9', outcome: 'done' },
    ]);
  });

  it('lists the newest first, page by page, each entry once', async () => {
    await using store = await open();
    const entries = [30, 10, 20, 20, 40].map((at) => anEntry({ at }));
    for (const entry of entries) await store.audit.insert(entry);
    const seen: AuditRecord[] = [];
    for (let after: { createdAt: number; id: string } | null = null; ; ) {
      const page: AuditRecord[] = await store.audit.list({}, { limit: 2, after });
      seen.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { createdAt: last.at, id: last.id };
    }
    expect(seen.map(({ at }) => at)).toEqual([40, 30, 20, 20, 10]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5);
  });

  it('finds by key, action, target and time, and by all of them together', async () => {
    await using store = await open();
    const wanted = anEntry({ keyId: 'key_a', action: 'cancelRun', target: 'run_a', at: 100 });
    const others = [
      anEntry({ ...wanted, keyId: 'key_b', id: 'audit_b' }),
      anEntry({ ...wanted, action: 'createRun', id: 'audit_c' }),
      anEntry({ ...wanted, target: 'run_b', id: 'audit_d' }),
      anEntry({ ...wanted, at: 99, id: 'audit_e' }),
      anEntry({ ...wanted, at: 101, id: 'audit_f' }),
    ];
    for (const entry of [wanted, ...others]) await store.audit.insert(entry);
    const found = async (filter: AuditFilter) => (await store.audit.list(filter, FIRST_PAGE)).length;
    expect(await found({ keyId: 'key_a' })).toBe(5);
    expect(await found({ action: 'cancelRun' })).toBe(5);
    expect(await found({ target: 'run_a' })).toBe(5);
    expect(await found({ since: 100 })).toBe(5);
    expect(await found({ before: 101 })).toBe(5);
    const all = { keyId: 'key_a', action: 'cancelRun', target: 'run_a', since: 100, before: 101 };
    expect(await store.audit.list(all, FIRST_PAGE)).toEqual([wanted]);
  });

  it('forgets by age, the oldest first, so many at a time', async () => {
    await using store = await open();
    for (const at of [10, 40, 20, 30]) await store.audit.insert(anEntry({ at }));
    const left = async () => (await store.audit.list({}, FIRST_PAGE)).map(({ at }) => at);
    await store.audit.removeBefore(40, 2);
    expect(await left()).toEqual([40, 30]);
    await store.audit.removeBefore(40, 2);
    expect(await left()).toEqual([40]);
    await store.audit.removeBefore(40, 2);
    expect(await left()).toEqual([40]);
  });
}

let made = 0;

function anEntry(change: Partial<AuditRecord> = {}): AuditRecord {
  made += 1;
  return {
    id: `audit_${String(made).padStart(26, '0')}`,
    at: 1_000 + made,
    keyId: 'key_1',
    keyName: 'laptop',
    owner: 'acme/user-1',
    action: 'createRun',
    target: 'run_1',
    address: '192.0.2.7',
    outcome: null,
    note: null,
    ...change,
  };
}
