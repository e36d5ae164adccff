import { Api, type Place } from './api.ts';
import { type Repeated, type Timed, timed } from './in-flight.ts';

export interface AskOften extends Repeated {
  readonly place: Place;
  readonly path: string;
}

/** The same small GET again and again over kept connections, each until its answer is read. */
export async function askOften({ place, path, ...repeated }: AskOften): Promise<Timed> {
  using api = new Api(place);
  return await timed(repeated, () => api.json('GET', path));
}
