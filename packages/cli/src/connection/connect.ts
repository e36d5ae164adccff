import { Errand } from '@errand/sdk';
import type { Environment } from '../config.ts';
import { createHttpFetch } from './http-fetch.ts';
import { choosePlace, type Place, type PlaceFlags } from './place.ts';

export interface Connection {
  readonly errand: Errand;
  readonly place: Place;
}

/** A client of the chosen control plane. Where that is a data folder, its server is started by the first call that finds none. */
export async function connectTo(
  flags: PlaceFlags,
  environment: Environment,
  say: (note: string) => void,
): Promise<Connection> {
  const place = choosePlace(flags, environment);
  if (place.kind === 'server') {
    const errand = new Errand({ url: place.url, key: place.key, fetch: createHttpFetch() });
    return { errand, place };
  }
  const { createFolderFetch } = await import('./folder-fetch.ts');
  const fetch = createFolderFetch(place.data, environment, say);
  return { errand: new Errand({ url: 'http://localhost', fetch }), place };
}
