import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrandError, type FileStat, LIMITS } from '@errand/core';
import { aRun, aSpec, fakeClock } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { FileBlobStore } from '../../stores/files/file-blob-store.ts';
import type { RunFiles } from './find-files.ts';
import { keepFiles } from './keep-files.ts';
import { readList } from './kept-files.ts';

const aFile = (path: string, bytes = 0): FileStat => ({
  path,
  kind: 'file',
  bytes,
  mode: 0o644,
  modifiedAt: 0,
});

it('keeps as many files as may be, and says what it left out', async () => {
  await using all = open(Array.from({ length: LIMITS.artifacts + 7 }, (_, n) => aFile(`out/${n}`)));
  expect(await all.keep()).toEqual({
    files: LIMITS.artifacts,
    bytes: 0,
    problem: `not everything was kept: of one run ${LIMITS.artifacts} files are kept: 7 more`,
  });
  expect(await all.list()).toHaveLength(LIMITS.artifacts);
});

it('keeps what fits, and names what does not', async () => {
  await using all = open([aFile('a', 3), aFile('huge', LIMITS.artifactBytes), aFile('z', 4)]);
  const { problem, ...kept } = await all.keep();
  expect(kept).toEqual({ files: 2, bytes: 7 });
  expect(problem).toContain(`huge: it has ${LIMITS.artifactBytes} bytes`);
  expect(await all.list()).toEqual(['a', 'z']);
});

it('leaves out what changes, and keeps nothing of it', async () => {
  await using all = open([aFile('a', 3), aFile('grows', 3), aFile('shrinks', 3)], {
    grows: { bytes: 3, text: 'longer' },
    shrinks: { bytes: 1, text: 'x' },
  });
  const { problem, ...kept } = await all.keep();
  expect(kept).toEqual({ files: 1, bytes: 3 });
  expect(problem).toContain('grows: it has more than 3 bytes');
  expect(problem).toContain('shrinks: it changed');
  // Also that of which nothing was read.
  expect(all.returned()).toEqual(['a', 'grows', 'shrinks']);
  expect(all.stored()).toEqual(['0', 'list']);
});

it('begins no other where nobody answers any more, or the run was canceled', async () => {
  const many = Array.from({ length: 50 }, (_, n) => aFile(`f${n}`, 1));
  await using gone = open(many, {}, () => {
    throw new ErrandError('unavailable', 'the agent does not answer');
  });
  const { files, problem } = await gone.keep();
  expect([files, problem]).toEqual([0, expect.stringContaining('the agent does not answer')]);
  expect(gone.asked()).toBeLessThan(20);
  await using canceled = open(many);
  canceled.cancel();
  expect(await canceled.keep()).toMatchObject({
    files: 0,
    problem: expect.stringContaining('canceled meanwhile: 50 more'),
  });
});

it('begins no other, however long the look takes whether the run was canceled', async () => {
  let looks = 0;
  const many = Array.from({ length: 50 }, (_, n) => aFile(`f${n}`, 1));
  await using gone = open(
    many,
    {},
    () => {
      throw new ErrandError('unavailable', 'the agent does not answer');
    },
    () => new Promise((resolve) => (looks++ === 0 ? resolve() : setImmediate(resolve))),
  );
  await gone.keep();
  expect(gone.asked()).toBe(1);
});

interface Other {
  readonly bytes: number;
  readonly text: string;
}

function open(
  found: readonly FileStat[],
  others: Readonly<Record<string, Other>> = {},
  before = (): void => undefined,
  look = async (): Promise<void> => undefined,
) {
  const root = mkdtempSync(join(tmpdir(), 'errand-artifacts-'));
  const blobs = new FileBlobStore(root);
  let run = aRun({ spec: aSpec({ artifacts: ['**'] }) });
  const ended = { runId: run.id, token: 1 };
  let asked = 0;
  const returned: string[] = [];
  const files: RunFiles = {
    find: async () => found,
    read: async (path) => {
      asked += 1;
      before();
      const file = found.find((each) => each.path === path) ?? aFile(path);
      const { bytes, text } = others[path] ?? { bytes: file.bytes, text: 'x'.repeat(file.bytes) };
      return { stat: { ...file, bytes }, content: piecesOf(text, () => returned.push(path)) };
    },
  };
  return {
    keep: () => {
      const runs = { get: () => look().then(() => run) };
      return keepFiles({ runs, blobs, clock: fakeClock(0) }, { run, ended, files });
    },
    list: async () => (await readList(blobs, ended))?.map(({ path }) => path),
    stored: () => readdirSync(join(root, 'artifacts', run.id, '1')).sort(),
    asked: () => asked,
    returned: () => [...new Set(returned)].sort(),
    cancel: () => {
      run = { ...run, cancel: { at: 0, signal: 'TERM', kill: true, why: null } };
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
}

function piecesOf(text: string, returned: () => void): AsyncIterable<Uint8Array> {
  const left = [Buffer.from(text)];
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const value = left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    returned();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}
