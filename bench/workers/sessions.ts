import { Api, type Place } from './api.ts';
import { type Repeated, type Timed, timed } from './in-flight.ts';

export interface StartSessions extends Repeated {
  readonly place: Place;
  readonly session: object;
}

/** A session as far as measurements look at it. */
export interface SessionAnswer {
  readonly id: string;
  readonly subdomain: string | null;
  readonly state: string;
  readonly settled: boolean;
  readonly failure: { readonly sentence: string } | null;
  readonly ports: readonly { readonly address: string; readonly outerPort: number }[];
}

/** From the call that makes a session until it is ready; its end is waited for and not counted. */
export async function startSessions({ place, session, ...repeated }: StartSessions): Promise<Timed> {
  using api = new Api(place);
  const made: string[] = [];
  const started = await timed(repeated, async () => {
    made.push((await readySession(api, session)).id);
  });
  await Promise.all(made.map((id) => endSession(api, id)));
  return started;
}

export async function readySession(api: Api, session: object): Promise<SessionAnswer> {
  const { id } = await api.json<SessionAnswer>('POST', '/v1/sessions', session);
  return await settled(api, id, 'ready');
}

export async function endSession(api: Api, id: string): Promise<void> {
  await api.json('DELETE', `/v1/sessions/${id}`);
  await settled(api, id, 'deleted');
}

async function settled(api: Api, id: string, state: string): Promise<SessionAnswer> {
  for (;;) {
    const session = await api.json<SessionAnswer>('GET', `/v1/sessions/${id}?wait=60s`);
    if (session.settled && session.state === state) return session;
    if (session.failure !== null) throw new Error(`the session ${id} failed: ${session.failure.sentence}`);
  }
}
