import { BASE32 } from '../../system/base32.ts';

const RUN_ID = /^run_([0-9a-hjkmnp-tv-z]{26})$/;
const UID = /^\d{1,12}\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const RUN_DIGITS = 26;
const HEX_DIGITS = 32;

/**
 * The uid that an old client sees of a run: `<unix seconds>.<uuid>`. Both an id of ours (a ULID) and a uuid are 128 bits, so that one is the
 * other in different letters and nothing has to be remembered.
 */
export function uidOf({ id, createdAt }: { readonly id: string; readonly createdAt: number }): string {
  const digits = RUN_ID.exec(id)?.[1];
  if (digits === undefined) throw new Error(`COMPAT-1: ${id} is no id of a run`);
  const value = digits.split('').reduce((sum, digit) => sum * 32n + BigInt(BASE32.indexOf(digit)), 0n);
  const hex = value.toString(16).padStart(HEX_DIGITS, '0');
  const uuid = [0, 8, 12, 16, 20].map((from, at, all) => hex.slice(from, all[at + 1])).join('-');
  return `${Math.floor(createdAt / 1_000)}.${uuid}`;
}

/** The id of the run behind a uid; null for what is none. */
export function runIdOf(uid: string): string | null {
  const uuid = UID.exec(uid)?.[1];
  if (uuid === undefined) return null;
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let digits = '';
  for (let place = 0; place < RUN_DIGITS; place++) {
    digits = BASE32.charAt(Number(value % 32n)) + digits;
    value /= 32n;
  }
  return `run_${digits}`;
}
