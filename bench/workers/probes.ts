import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Place } from './api.ts';

export interface Probe {
  readonly places: readonly Place[];
  readonly path: string;
  readonly everyMs: number;
  readonly forMs: number;
}

/** How long answers take that need no work, in ms for each place: what an event loop does meanwhile shows as waiting. */
export async function probe({ places, path, everyMs, forMs }: Probe): Promise<number[][]> {
  const apis = places.map((place) => new Api(place));
  const times: number[][] = places.map(() => []);
  const asked: Promise<void>[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    for (const [index, api] of apis.entries()) asked.push(ask(api, path, times[index] ?? []));
    await sleep(everyMs);
  }
  await Promise.all(asked);
  for (const api of apis) api[Symbol.dispose]();
  return times;
}

async function ask(api: Api, path: string, times: number[]): Promise<void> {
  const began = performance.now();
  await api.json('GET', path);
  times.push(performance.now() - began);
}
