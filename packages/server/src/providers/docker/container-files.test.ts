import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files, Handle } from '@errand/core';
import { runFilesSuite } from '@errand/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { containerFiles } from './container-files.ts';
import { openEngine } from './engine.ts';
import { docker, dockerEngine, makeImage } from './testing/docker-engine.ts';

const HANDLE: Handle = { v: 1, data: {} };

/** A container that stays, made by the engine's own command line, and its files. */
function open(
  image: string,
  ...options: readonly string[]
): AsyncDisposable & { id: string; files: Files<Handle> } {
  const engine = openEngine({ socketPath: '/var/run/docker.sock' });
  const folder = mkdtempSync(join(tmpdir(), 'errand-container-files-'));
  const id = docker('run', '--detach', '--init', '--workdir', '/place', ...options, image, 'sleep', '1000');
  return {
    id,
    files: containerFiles({
      calls: engine.pulls,
      containerOf: () => engine.calls.getContainer(id).inspect(),
      folder,
    }),
    [Symbol.asyncDispose]: async () => {
      docker('rm', '--force', '--volumes', id);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

requires(dockerEngine)('files of containers', () => {
  let image: ReturnType<typeof makeImage>;
  beforeAll(() => {
    image = makeImage();
  });
  afterAll(() => image[Symbol.dispose]());
  const wish = { bytes: 2, mode: null, owner: null };

  runFilesSuite<Handle>('docker', async () => {
    const { id, files, ...rest } = open(image.name);
    const link = async (name: string, target: string): Promise<void> => {
      docker('exec', id, 'ln', '-s', target, `/place/${name}`);
    };
    return { ...rest, files, place: HANDLE, link, outside: null };
  });

  describe('beside the suite', () => {
    it('belong to whom they are said to, and stay so', async () => {
      await using place = open(image.name);
      await place.files.write(HANDLE, 'mine', { ...wish, owner: '1000:1001' }, bytesOf('ok'));
      await place.files.write(HANDLE, 'mine', { ...wish, mode: 0o400 }, bytesOf('ok'));
      expect(docker('exec', place.id, 'stat', '-c', '%u:%g %a', '/place/mine')).toBe('1000:1001 400');
    });

    it('are put where the root is read-only but a volume is not, and refused elsewhere with a sentence', async () => {
      await using place = open(image.name, '--read-only', '--volume', '/place');
      await place.files.write(HANDLE, 'a/b', wish, bytesOf('ok'));
      expect(docker('exec', place.id, 'cat', '/place/a/b')).toBe('ok');
      await expect(place.files.write(HANDLE, '/etc/x', wish, bytesOf('ok'))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('can only be read'),
      });
    });

    it('are put into an image that cannot move them, whole or not at all', async () => {
      await using place = open(image.name);
      docker('exec', place.id, 'rm', '/bin/mv');
      await place.files.write(HANDLE, 'file', wish, bytesOf('ok'));
      await expect(place.files.write(HANDLE, 'file', wish, bytesOf('much'))).rejects.toThrow();
      expect(docker('exec', place.id, 'cat', '/place/file')).toBe('ok');
      expect(docker('exec', place.id, 'ls', '-A', '/place')).toBe('file');
    });

    it('are listed of a folder alone where the image has no find, where it does not run, and where there are thousands', async () => {
      await using place = open(image.name);
      docker(
        'exec',
        place.id,
        'sh',
        '-c',
        'mkdir deep; i=0; while [ $i -lt 2100 ]; do : > deep/$i; i=$((i+1)); done',
      );
      expect(await place.files.list(HANDLE, 'deep', 'direct')).toHaveLength(2_100);
      docker('exec', place.id, 'rm', '/bin/find');
      const listed = async (): Promise<unknown> =>
        (await place.files.list(HANDLE, '', 'direct')).map(({ path, kind }) => [path, kind]);
      expect(await listed()).toEqual([['deep', 'folder']]);
      // Of `/` the engine names nothing but what lies in it; many images have no other folder to begin in.
      expect(await place.files.list(HANDLE, '/', 'direct')).toContainEqual(
        expect.objectContaining({ path: 'place', kind: 'folder' }),
      );
      docker('stop', '--time', '0', place.id);
      expect(await listed()).toEqual([['deep', 'folder']]);
    });

    it('say that there is no space, and leave nothing', async () => {
      await using place = open(
        image.name,
        '--mount',
        'type=volume,dst=/place,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=1m',
      );
      const big = 2 * 1024 * 1024;
      const content = bytesOf('x'.repeat(big));
      await expect(place.files.write(HANDLE, 'big', { ...wish, bytes: big }, content)).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('does not fit'),
      });
      expect(docker('exec', place.id, 'ls', '-A', '/place')).toBe('');
    });
  });
});
