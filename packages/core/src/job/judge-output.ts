import type { JobOutput, OutputProgress, OutputSight, OutputTarget } from './record.ts';

const OK: OutputProgress = { state: 'ok', why: null };

const NONE: Readonly<Record<OutputTarget['kind'], string>> = {
  s3: 'nothing at',
  file: 'no file',
  url: 'nothing at',
};

/** What to think of an output, but for its checksum. `before`: how it was before the commands began; null: it was not there. */
export function judgeOutput(
  output: JobOutput,
  before: OutputSight | null,
  sight: OutputSight | null,
): OutputProgress {
  if (sight === null)
    return { state: 'missing', why: `there is ${NONE[output.target.kind]} ${outputText(output)}` };
  if (output.newerThanStart && !isNewer(before, sight))
    return { state: 'stale', why: staleness(output, sight) };
  if (output.minBytes !== null && sight.bytes < output.minBytes) {
    const has = `${outputText(output)} has ${sight.bytes} bytes`;
    return { state: 'invalid', why: `${has}, fewer than ${output.minBytes}` };
  }
  return OK;
}

/** The same of its checksum. */
export function judgeChecksum(output: JobOutput, hex: string): OutputProgress {
  const { checksum } = output;
  if (checksum === null || checksum.hex === hex) return OK;
  const { algorithm } = checksum;
  return {
    state: 'invalid',
    why: `the ${algorithm} of ${outputText(output)} is ${hex}, not ${checksum.hex}`,
  };
}

/** As its document names it. */
export function outputText({ target }: Pick<JobOutput, 'target'>): string {
  if (target.kind === 's3') return `s3://${target.bucket}/${target.key}`;
  return target.kind === 'file' ? target.path : target.url;
}

/** By the clock of the place it is at, which is compared with itself only. Where nothing says when it changed, it counts as old. */
function isNewer(before: OutputSight | null, sight: OutputSight): boolean {
  if (before === null) return true;
  if (before.tag !== null && sight.tag !== null && before.tag !== sight.tag) return true;
  return sight.modifiedAt !== null && before.modifiedAt !== null && sight.modifiedAt > before.modifiedAt;
}

function staleness(output: JobOutput, { modifiedAt }: OutputSight): string {
  const what = `${outputText(output)} was there before the commands began`;
  if (modifiedAt === null) return `${what}, and nothing says that it has changed since`;
  return `${what}; it was last changed at ${isoTime(modifiedAt)}`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
