import { openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CliError } from '../cli-error.ts';
import { failure } from '../failure.ts';
import { Output } from './output.ts';

it('says in a sentence what is wrong with a full disk', async () => {
  const full = new Output(openSync('/dev/full', 'w') as 1);
  const error = await full.write('x').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CliError);
  expect(failure(error).text).toMatch(
    /^errand: standard .* cannot be written: no space is left on its disk\n$/,
  );
});
