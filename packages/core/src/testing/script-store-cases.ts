import { expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import { aRun, aScript, aSpec, finished } from './builders.ts';

/** The contract of the script store, sentence by sentence. */
export function scriptStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of a script and replaces it by owner and name', async () => {
    await using store = await open();
    const script = aScript({ name: 'deploy', owner: 'acme' });
    await store.scripts.put(script);
    expect(await store.scripts.get('acme', 'deploy')).toEqual(script);
    const definition = {
      ...script.definition,
      description: "it's \u{1f30d}",
      code: { kind: 'module', sha256: 'm'.repeat(64) },
      result: { from: 'return', schema: { type: 'number' }, view: { kind: 'json' } },
      timeoutMs: 5,
    } as const;
    const other = { ...script, sha256: 'other', definition, updatedAt: 9_000, updatedBy: 'key_2' };
    await store.scripts.put(other);
    expect(await store.scripts.get('acme', 'deploy')).toEqual(other);
    expect(await store.scripts.list(null)).toEqual([other]);
  });

  it('keeps scripts of one name apart by their owner, that of everybody among them', async () => {
    await using store = await open();
    const shared = aScript({ name: 'deploy', owner: null });
    const own = aScript({ name: 'deploy', owner: 'acme' });
    await store.scripts.put(shared);
    await store.scripts.put(own);
    expect(await store.scripts.get(null, 'deploy')).toEqual(shared);
    expect(await store.scripts.get('acme', 'deploy')).toEqual(own);
    expect(await store.scripts.get('acme/user-1', 'deploy')).toBeNull();
    expect(await store.scripts.remove('acme', 'deploy')).toBe(true);
    expect(await store.scripts.remove('acme', 'deploy')).toBe(false);
    expect(await store.scripts.get(null, 'deploy')).toEqual(shared);
  });

  it('lists by name, then by owner: all, or those of some owners', async () => {
    await using store = await open();
    for (const [name, owner] of [
      ['b', 'acme'],
      ['a', 'beta'],
      ['b', null],
      ['a', 'acme'],
    ] as const)
      await store.scripts.put(aScript({ name, owner }));
    const listed = async (owners: readonly (string | null)[] | null) =>
      (await store.scripts.list(owners)).map(({ name, owner }) => `${name} ${owner ?? '-'}`);
    expect(await listed(null)).toEqual(['a acme', 'a beta', 'b -', 'b acme']);
    expect(await listed([null, 'acme'])).toEqual(['a acme', 'b -', 'b acme']);
    expect(await listed([])).toEqual([]);
  });

  it('keeps a source as long as a script names it, or a run that is kept, or somebody wanted it lately', async () => {
    await using store = await open();
    const { scripts, runs } = store;
    for (const sha256 of ['named', 'run', 'late', 'old'])
      await scripts.keepModule({ sha256, text: `the source ${sha256}` }, 1_000);
    await scripts.keepModule({ sha256: 'late', text: 'ignored' }, 5_000);
    await scripts.touchModule('late', 1_000);
    await scripts.touchModule('none', 5_000);
    const script = aScript();
    const code = { kind: 'module', sha256: 'named' } as const;
    await scripts.put({ ...script, definition: { ...script.definition, code } });
    const command = { kind: 'module', name: 'x', sha256: 'run' } as const;
    const run = finished(aRun({ spec: aSpec({ command }) }));
    await runs.insert(run, null);
    await scripts.removeUnusedModules(5_000);
    expect(await scripts.module('named')).toBe('the source named');
    expect(await scripts.module('run')).toBe('the source run');
    expect(await scripts.module('late')).toBe('the source late');
    expect(await scripts.module('old')).toBeNull();
    await runs.remove([run.id]);
    await scripts.touchModule('named', 6_000);
    await scripts.remove(script.owner, script.name);
    await scripts.removeUnusedModules(5_000);
    expect(await scripts.module('run')).toBeNull();
    expect(await scripts.module('named')).toBe('the source named');
  });

  it('knows of each agent what it said last that it offers', async () => {
    await using store = await open();
    const { scripts } = store;
    const offer = (agentId: string, name: string) => ({
      agentId,
      name,
      description: null,
      parameters: { type: 'object' },
      result: null,
      sha256: `${agentId} ${name}`,
    });
    await scripts.offer('agent_2', [offer('agent_2', 'b'), offer('agent_2', 'a')]);
    await scripts.offer('agent_1', [offer('agent_1', 'b')]);
    expect(await scripts.offered(null)).toEqual([
      offer('agent_2', 'a'),
      offer('agent_1', 'b'),
      offer('agent_2', 'b'),
    ]);
    await scripts.offer('agent_2', [offer('agent_2', 'c')]);
    expect(await scripts.offered('b')).toEqual([offer('agent_1', 'b')]);
    await scripts.offer('agent_2', []);
    expect(await scripts.offered('c')).toEqual([]);
  });
}
