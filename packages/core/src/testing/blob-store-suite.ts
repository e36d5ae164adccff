import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../ports/blob-store.ts';

/** What every store of blobs does. `open` gives an empty one. */
export function runBlobStoreSuite(
  name: string,
  open: () => Promise<AsyncDisposable & { readonly blobs: BlobStore }>,
): void {
  describe(`blob store: ${name}`, () => {
    it('keeps bytes whole, tells their length and hash, and replaces them', async () => {
      await using place = await open();
      const { blobs } = place;
      const put = await blobs.put('a/b', pieces('hel', 'lo'), 100);
      expect(put).toEqual({
        bytes: 5,
        sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      });
      expect(await textOf(blobs, 'a/b')).toBe('hello');
      await blobs.put('a/b', pieces(), 100);
      expect(await textOf(blobs, 'a/b')).toBe('');
      expect(await blobs.get('a/none')).toBeNull();
      expect(await blobs.get('a')).toBeNull();
    });

    it('gives parts', async () => {
      await using place = await open();
      await place.blobs.put('a', pieces('hel', 'lo'), 100);
      for (const [from, to, text] of [
        [0, 5, 'hello'],
        [1, 4, 'ell'],
        [4, 5, 'o'],
        [2, 2, ''],
      ] as const) {
        const found = await place.blobs.get('a', { from, to });
        expect(found?.bytes).toBe(5);
        expect(Buffer.concat(await Array.fromAsync(found?.content ?? [])).toString()).toBe(text);
      }
    });

    it('leaves what was there where the content fails or is too long', async () => {
      await using place = await open();
      const { blobs } = place;
      await blobs.put('a', pieces('old'), 100);
      await expect(blobs.put('a', pieces('too', 'long'), 6)).rejects.toMatchObject({ code: 'too_large' });
      await expect(blobs.put('a', failing(), 100)).rejects.toThrow('the sender is gone');
      expect(await textOf(blobs, 'a')).toBe('old');
      expect(await names(blobs, 'a')).toEqual(['a']);
    });

    it('lists and forgets what is at a name and below it, and nothing beside', async () => {
      await using place = await open();
      const { blobs } = place;
      for (const each of ['one/a', 'one/b/c', 'onely', 'two']) await blobs.put(each, pieces(each), 100);
      expect(await names(blobs, 'one')).toEqual(['one/a', 'one/b/c']);
      for await (const { bytes, at } of blobs.list('two')) {
        expect(bytes).toBe(3);
        expect(Math.abs(Date.now() - at)).toBeLessThan(3_600_000);
      }
      await blobs.remove('one');
      await blobs.remove('one');
      expect(await names(blobs, 'one')).toEqual([]);
      expect([await textOf(blobs, 'onely'), await textOf(blobs, 'two')]).toEqual(['onely', 'two']);
    });

    it('refuses names that could lead elsewhere', async () => {
      await using place = await open();
      for (const name of ['', '../a', '/a', 'a//b', 'a/..', '.a', 'a\0'])
        await expect(place.blobs.put(name, pieces('x'), 100)).rejects.toThrow('BLOB-1');
    });
  });
}

async function textOf(blobs: BlobStore, name: string): Promise<string | null> {
  const found = await blobs.get(name);
  if (found === null) return null;
  const all: Uint8Array[] = [];
  for await (const piece of found.content) all.push(piece);
  expect(found.bytes).toBe(Buffer.concat(all).length);
  return Buffer.concat(all).toString();
}

async function names(blobs: BlobStore, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const each of blobs.list(name)) found.push(each.name);
  return found.sort();
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const each of texts) yield Buffer.from(each);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('go');
  throw new Error('the sender is gone');
}
