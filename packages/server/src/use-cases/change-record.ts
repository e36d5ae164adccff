/** The store refuses a save only when somebody else saved first, so this many losses in a row mean a fault of ours. */
const MOST_TRIES = 100;

/** How records of one kind are loaded, decided about and saved. */
export interface RecordChange<Record, Step> {
  /** For the fault of ours: its code and what cannot be saved. */
  readonly what: string;
  readonly load: () => Promise<Record | null>;
  readonly decide: (record: Record) => Step;
  /** The record that the step makes; null: it changes nothing. */
  readonly nextOf: (step: Step) => Record | null;
  readonly save: (next: Record) => Promise<'saved' | 'stale'>;
}

export interface ChangedRecord<Record, Step> {
  readonly step: Step;
  readonly before: Record;
  /** As it is now. */
  readonly record: Record;
  readonly saved: boolean;
}

/** Load, decide, save under the version; again when somebody else was faster. null: there is no such record. */
export async function changeRecord<Record, Step>(
  change: RecordChange<Record, Step>,
): Promise<ChangedRecord<Record, Step> | null> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await change.load();
    if (before === null) return null;
    const step = change.decide(before);
    const next = change.nextOf(step);
    if (next === null) return { step, before, record: before, saved: false };
    if ((await change.save(next)) === 'saved') return { step, before, record: next, saved: true };
  }
  throw new Error(`${change.what} could not be saved in ${MOST_TRIES} tries`);
}
