import { describe, expect, it } from 'vitest';
import { judgeOutput } from '../job/judge-output.ts';
import type { OutputTarget } from '../job/record.ts';
import type { OutputPlace } from '../ports/output-place.ts';
import { anOutput } from './job-builders.ts';

/** A place with nothing in it. */
export interface OutputPlaceUnderTest extends AsyncDisposable {
  readonly place: OutputPlace;
  readonly sessionId: string | null;
  /** What a document would name this. */
  readonly target: (name: string) => OutputTarget;
  /** Puts something there behind the back of the place, as commands do; after an earlier one, at a time that differs. */
  readonly put: (name: string, text: string) => Promise<void>;
  /** A target that lies elsewhere. */
  readonly foreign: OutputTarget;
}

const SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const MD5 = '5d41402abc4b2a76b9719d911017c592';
const FILE = { name: 'errand-job_0123.json', text: '{}\n' };

/** What every place of outputs does; each case speaks of a sentence of the port. `open` gives an empty one. */
export function runOutputPlaceSuite(name: string, open: () => Promise<OutputPlaceUnderTest>): void {
  describe(`outputs: ${name}`, () => {
    it('are nothing while there is nothing', async () => {
      await using under = await open();
      const { place, sessionId, target } = under;
      expect(await place.look(target('a/none'), sessionId)).toBeNull();
      expect(await place.checksum(target('a/none'), 'sha256', sessionId)).toBeNull();
    });

    it('are seen with their size, and are the same until they are written again', async () => {
      await using under = await open();
      const { place, sessionId, target, put } = under;
      const output = anOutput({ target: target('a/out'), newerThanStart: true });
      const look = () => place.look(output.target, sessionId);
      await put('a/out', 'hello');
      const before = await look();
      expect(before).toMatchObject({ bytes: 5 });
      expect(judgeOutput(output, before, await look()).state).toBe('stale');
      await put('a/out', 'other');
      expect(judgeOutput(output, before, await look()).state).toBe('ok');
    });

    it('have the checksum of their content', async () => {
      await using under = await open();
      const { place, sessionId, target, put } = under;
      await put('a/out', 'hello');
      expect(await place.checksum(target('a/out'), 'sha256', sessionId)).toBe(SHA256);
      expect(await place.checksum(target('a/out'), 'md5', sessionId)).toBe(MD5);
    });

    it('stay as they are when a document is put beside them, again too', async () => {
      await using under = await open();
      const { place, sessionId, target, put } = under;
      await put('a/out', 'hello');
      const before = await place.look(target('a/out'), sessionId);
      const where = await place.putBeside(target('a/out'), FILE, sessionId);
      expect(await place.putBeside(target('a/out'), FILE, sessionId)).toBe(where);
      if (where !== null) expect(where).toMatch(/a\/errand-job_0123\.json$/);
      expect(await place.look(target('a/out'), sessionId)).toEqual(before);
    });

    it('that lie elsewhere are a mistake of the document', async () => {
      await using under = await open();
      const { place, sessionId, foreign } = under;
      await expect(place.look(foreign, sessionId)).rejects.toMatchObject({ kind: 'config' });
    });
  });
}
