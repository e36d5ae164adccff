import { decodeBase32, encodeBase32 } from '../../system/base32.ts';

const RUN_ID = /^run_([0-9a-hjkmnp-tv-z]{10})([0-9a-hjkmnp-tv-z]{16})$/;
const JOB_ID = /^(\d{1,15})-([0-9a-hjkmnp-tv-z]{16})$/;
const TIME_DIGITS = 10;

/** The jobId that an old caller sees of a run: `<ms since 1970>-<random>`, as before. It is the id of the run in other letters, so nothing is remembered. */
export function jobIdOf(runId: string): string {
  const [, time, random] = RUN_ID.exec(runId) ?? [];
  if (time === undefined || random === undefined) throw new Error(`COMPAT-2: ${runId} is no id of a run`);
  return `${decodeBase32(time)}-${random}`;
}

/** The id of the run behind a jobId; null for what is none. */
export function runIdOf(jobId: string): string | null {
  const [, ms, random] = JOB_ID.exec(jobId) ?? [];
  if (ms === undefined || random === undefined) return null;
  return `run_${encodeBase32(Number(ms), TIME_DIGITS)}${random}`;
}
