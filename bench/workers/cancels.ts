import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Place, type RunAnswer } from './api.ts';

/** Four daemons with sessions of their own under a shell: what a process group does not reach. */
const TREE = 'for i in 1 2 3 4; do setsid sleep 1000 & done; sleep 1000';
/** Until the tree stands. */
const GROW_MS = 100;

/** From the order to kill until the run is seen as cancelled, which is said only when its whole tree is proven gone. */
export async function cancelTrees({
  place,
  total,
}: {
  readonly place: Place;
  readonly total: number;
}): Promise<number[]> {
  using api = new Api(place);
  const times: number[] = [];
  for (let count = 0; count < total; count += 1) {
    const { id } = await api.submit({ shell: TREE });
    await untilRunning(api, id);
    await sleep(GROW_MS);
    const began = performance.now();
    await api.json('POST', `/v1/runs/${id}/cancel`, { kill: true });
    const { end } = await api.ended(id);
    times.push(performance.now() - began);
    if (end?.reason !== 'canceled') throw new Error(`the run ${id} ended as ${end?.reason}`);
  }
  return times;
}

async function untilRunning(api: Api, id: string): Promise<void> {
  for (;;) {
    const { status } = await api.json<RunAnswer>('GET', `/v1/runs/${id}`);
    if (status === 'running') return;
    await sleep(5);
  }
}
