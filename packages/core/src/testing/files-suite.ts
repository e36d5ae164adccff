import { describe, expect, it } from 'vitest';
import type { Files } from '../ports/files.ts';

/** A place with no files in it, and what the suite needs around it. */
export interface FilesUnderTest<Place> extends AsyncDisposable {
  readonly files: Files<Place>;
  readonly place: Place;
  /** Makes a link in the working folder of the place, behind the back of `files`. */
  readonly link: (name: string, target: string) => Promise<void>;
  /** A path outside of the place that links may be aimed at, with a file in it; null: the place is all there is. */
  readonly outside: string | null;
}

const MB = 1024 * 1024;
const DEPTHS = ['direct', 'all'] as const;

/** What reaches files of any place; each case speaks of a sentence of the port. `open` gives an empty one. */
export function runFilesSuite<Place>(name: string, open: () => Promise<FilesUnderTest<Place>>): void {
  describe(`files: ${name}`, () => {
    it('writes a file with its permissions, tells of it, and reads every byte of it', async () => {
      await using under = await open();
      const { files, place } = under;
      const bytes = Uint8Array.from({ length: 3 * MB + 7 }, (_, at) => (at * 31) % 256);
      const wish = { bytes: bytes.length, mode: 0o750, owner: null };
      const written = await files.write(place, 'deep/er/data.bin', wish, pieces(bytes));
      expect(written).toMatchObject({
        path: 'deep/er/data.bin',
        kind: 'file',
        bytes: bytes.length,
        mode: 0o750,
      });
      expect(Math.abs(Date.now() - written.modifiedAt)).toBeLessThan(3_600_000);
      expect(await files.stat(place, 'deep/er/data.bin')).toEqual(written);
      const { stat, content } = await files.read(place, 'deep/er/data.bin');
      expect(stat).toEqual(written);
      expect(Buffer.compare(await whole(content), bytes)).toBe(0);
    });

    it('keeps the permissions of a file that is replaced, and takes one of no bytes', async () => {
      await using under = await open();
      const { files, place } = under;
      await files.write(place, 'a', { bytes: 3, mode: 0o600, owner: null }, pieces(text('one')));
      expect(await files.write(place, 'a', { bytes: 0, mode: null, owner: null }, pieces())).toMatchObject({
        bytes: 0,
        mode: 0o600,
      });
      expect(await whole((await files.read(place, 'a')).content)).toHaveLength(0);
    });

    it('says null of what is not there, and what a folder is', async () => {
      await using under = await open();
      const { files, place } = under;
      expect(await files.stat(place, 'none')).toBeNull();
      expect(await files.stat(place, 'none/deeper')).toBeNull();
      expect(await files.makeFolder(place, 'folder/in')).toMatchObject({ kind: 'folder', bytes: 0 });
      expect(await files.makeFolder(place, 'folder/in')).toMatchObject({ kind: 'folder' });
      expect(await files.stat(place, 'folder')).toMatchObject({ kind: 'folder' });
      expect(await files.stat(place, '')).toMatchObject({ kind: 'folder' });
    });

    it('lists everything below a folder, folders before what they hold', async () => {
      await using under = await open();
      const { files, place } = under;
      for (const path of ['top/z', 'top/a/b', 'top/a/c'])
        await files.write(place, path, { bytes: 1, mode: null, owner: null }, pieces(text('x')));
      await files.makeFolder(place, 'top/empty');
      const listed = await files.list(place, 'top', 'all');
      expect(listed.map(({ path, kind, bytes }) => [path, kind, bytes])).toEqual([
        ['a', 'folder', 0],
        ['a/b', 'file', 1],
        ['a/c', 'file', 1],
        ['empty', 'folder', 0],
        ['z', 'file', 1],
      ]);
    });

    it('lists what lies in a folder without what lies below, whatever its name', async () => {
      await using under = await open();
      const { files, place, link } = under;
      const names = ['a b', 'new\nline', '-n', 'ö', '.hidden'];
      for (const path of [...names, 'deep/er/file'])
        await files.write(place, `top/${path}`, { bytes: 1, mode: 0o640, owner: null }, pieces(text('x')));
      await link('alias', 'top');
      await link('top/nowhere', 'gone');
      const listed = await files.list(place, 'top', 'direct');
      expect(new Map(listed.map(({ path, kind, bytes }) => [path, [kind, bytes]]))).toEqual(
        new Map([
          ...names.map((name): [string, unknown] => [name, ['file', 1]]),
          ['deep', ['folder', 0]],
          ['nowhere', ['link', 0]],
        ]),
      );
      expect(listed.find(({ path }) => path === 'ö')).toEqual({
        ...(await files.stat(place, 'top/ö')),
        path: 'ö',
      });
      expect(await files.list(place, 'alias', 'direct')).toEqual(listed);
      await files.makeFolder(place, 'empty');
      expect(await files.list(place, 'empty', 'direct')).toEqual([]);
    });

    it('refuses what cannot be, with a code', async () => {
      await using under = await open();
      const { files, place } = under;
      const wish = { bytes: 1, mode: null, owner: null };
      await files.write(place, 'file', wish, pieces(text('x')));
      await files.makeFolder(place, 'folder');
      await expect(files.read(place, 'none')).rejects.toMatchObject({ code: 'not_found' });
      await expect(files.read(place, 'folder')).rejects.toMatchObject({ code: 'conflict' });
      for (const depth of DEPTHS) {
        await expect(files.list(place, 'none', depth)).rejects.toMatchObject({ code: 'not_found' });
        await expect(files.list(place, 'file', depth)).rejects.toMatchObject({ code: 'conflict' });
      }
      await expect(files.makeFolder(place, 'file')).rejects.toMatchObject({ code: 'conflict' });
      await expect(files.write(place, 'folder', wish, pieces(text('x')))).rejects.toMatchObject({
        code: 'conflict',
      });
      await expect(files.write(place, 'file/below', wish, pieces(text('x')))).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    it('leaves what was there where the content fails or has another length', async () => {
      await using under = await open();
      const { files, place } = under;
      const wish = { bytes: 4, mode: null, owner: null };
      await files.write(place, 'folder/kept', wish, pieces(text('good')));
      for (const bad of [pieces(text('bad')), pieces(text('worse')), failing()])
        await expect(files.write(place, 'folder/kept', wish, bad)).rejects.toThrow();
      expect(Buffer.from(await whole((await files.read(place, 'folder/kept')).content)).toString()).toBe(
        'good',
      );
      expect((await files.list(place, 'folder', 'all')).map(({ path }) => path)).toEqual(['kept']);
    });

    it('leads nowhere else: not by .., and not through links', async () => {
      await using under = await open();
      const { files, place, link, outside } = under;
      const wish = { bytes: 1, mode: null, owner: null };
      for (const path of ['../x', 'a/../../x', '..'])
        await expect(files.stat(place, path)).rejects.toMatchObject({ code: 'invalid' });
      await expect(files.write(place, '../x', wish, pieces(text('x')))).rejects.toMatchObject({
        code: 'invalid',
      });
      if (outside === null) return;
      await link('out', outside);
      await link('up', '..');
      for (const path of ['out/secret', 'up/x', 'out', 'out/new/folder']) {
        await expect(files.stat(place, path)).rejects.toMatchObject({ code: 'invalid' });
        await expect(files.read(place, path)).rejects.toMatchObject({ code: 'invalid' });
        await expect(files.makeFolder(place, path)).rejects.toMatchObject({ code: 'invalid' });
      }
      for (const depth of DEPTHS)
        await expect(files.list(place, 'out', depth)).rejects.toMatchObject({ code: 'invalid' });
      await expect(files.write(place, 'out/x', wish, pieces(text('x')))).rejects.toMatchObject({
        code: 'invalid',
      });
      for (const depth of DEPTHS)
        expect((await files.list(place, '', depth)).map(({ path, kind }) => [path, kind])).toEqual([
          ['out', 'link'],
          ['up', 'link'],
        ]);
    });

    it('follows links that stay within', async () => {
      await using under = await open();
      const { files, place, link } = under;
      await files.write(place, 'real/file', { bytes: 2, mode: null, owner: null }, pieces(text('ok')));
      await link('alias', 'real');
      expect(await files.stat(place, 'alias/file')).toMatchObject({ kind: 'file', bytes: 2 });
      expect(Buffer.from(await whole((await files.read(place, 'alias/file')).content)).toString()).toBe('ok');
    });

    it('lets a reader go early', async () => {
      await using under = await open();
      const { files, place } = under;
      const bytes = new Uint8Array(8 * MB);
      await files.write(place, 'big', { bytes: bytes.length, mode: null, owner: null }, pieces(bytes));
      const { content } = await files.read(place, 'big');
      for await (const piece of content) if (piece.length > 0) break;
      expect(await files.stat(place, 'big')).toMatchObject({ bytes: bytes.length });
    });
  });
}

async function* pieces(bytes: Uint8Array = new Uint8Array()): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MB) yield bytes.subarray(at, at + MB);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield text('go');
  throw new Error('the sender is gone');
}

async function whole(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of content) all.push(piece);
  return Buffer.concat(all);
}

function text(value: string): Uint8Array {
  return Buffer.from(value);
}
