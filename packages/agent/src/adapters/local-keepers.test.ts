import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestPlace } from '../../test/place.ts';
import { keeperBinary } from '../keeper/binary.ts';
import { LocalKeepers } from './local-keepers.ts';

/** Three times what a keeper takes. */
const MANY = 192;

it('asks a keeper more at once than it takes clients, and is answered', async () => {
  await using place = new TestPlace();
  const { data } = place;
  const keepers = new LocalKeepers({ binary: keeperBinary() ?? '', sockets: join(place.folder, 's'), data });
  const ask = async (): Promise<number> => {
    const keeper = await keepers.open();
    const known = await keeper.list();
    await keeper.close();
    return known.length;
  };
  const answers = await Promise.all(Array.from({ length: MANY }, ask));
  expect(answers).toEqual(answers.map(() => 0));
  expect(await place.keepers()).toHaveLength(1);
});
