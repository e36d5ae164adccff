import {
  type Clock,
  type Ids,
  type JobRecord,
  type JobStore,
  type Notifier,
  type OutputPlace,
  type OutputTarget,
  ProviderError,
  type RunStore,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import type { SubmitRunParts } from '../runs/submit-run.ts';
import type { CreateSessionParts } from '../sessions/create-session.ts';

/** What the use-cases of jobs share. */
export interface JobParts {
  readonly jobs: JobStore;
  readonly runs: Pick<RunStore, 'get'>;
  readonly sessions: CreateSessionParts;
  readonly submit: SubmitRunParts;
  readonly places: OutputPlaces;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly seal: (plain: string) => string;
  readonly unseal: (sealed: string) => string;
}

/** Where outputs of each kind lie; a kind that is missing cannot be looked at here. */
export type OutputPlaces = Readonly<Partial<Record<OutputTarget['kind'], OutputPlace>>>;

/** The place of a target. */
export function placeOf({ places }: Pick<JobParts, 'places'>, { kind }: OutputTarget): OutputPlace {
  const place = places[kind];
  if (place !== undefined) return place;
  throw new ProviderError('config', `this control plane cannot look at outputs of the kind ${kind}`);
}

/** Who asks for the sessions and runs of a job: the job itself, with what the key might that submitted it. */
export function actorOfJob({ id, name, role, owner }: JobRecord): Actor {
  return { id, name: `job ${name ?? id}`, role, owner, expiresAt: null, local: false };
}

/** A repeat of asking for the session of an attempt answers with the first one. */
export function sessionKey(attempt: number): string {
  return `job ${attempt}`;
}

/** The same of the run of a command. */
export function commandKey(attempt: number, command: number): string {
  return `job ${attempt} ${command}`;
}
