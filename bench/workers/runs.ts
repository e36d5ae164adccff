import { Api, type Place } from './api.ts';
import { type Repeated, type Timed, timed } from './in-flight.ts';

export interface SubmitRuns extends Repeated {
  readonly place: Place;
  readonly run: object;
}

/** From the submission until the exit status is seen, with two calls a run: one that submits, one that waits. */
export async function submitRuns({ place, run, ...repeated }: SubmitRuns): Promise<Timed> {
  using api = new Api(place);
  return await timed(repeated, async () => {
    const { id } = await api.submit(run);
    const { exitCode } = await api.ended(id);
    if (exitCode !== 0) throw new Error(`the run ${id} ended with ${exitCode}`);
  });
}
