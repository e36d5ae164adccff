import type { EndReason } from '@errand/core';
import { z } from 'zod';

/** What an old client posts when its script has ended. */
const PostedBody = z.object({
  exitCode: z.int().min(-1).max(255).nullable(),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
});

export interface PostedResult extends z.output<typeof PostedBody> {
  /** What the script reported. */
  readonly json: string | null;
}

/** Clients of other makers posted any JSON they liked; it counts as what a successful script reported. null: it has the shape but wrong values. */
export function postedResult(body: unknown): PostedResult | null {
  if (typeof body !== 'object' || body === null || !('exitCode' in body))
    return { exitCode: 0, stdout: '', stderr: '', json: JSON.stringify(body) };
  const posted = PostedBody.safeParse(body);
  return posted.success ? { ...posted.data, json: printedJson(posted.data.stdout) } : null;
}

const TIMED_OUT = '[Timeout: process killed]';

/** How the script ended, in our words. The old client wrote -1 for what it had killed or could not start, and null for a signal of somebody else. */
export function reasonOf({ exitCode, stderr }: PostedResult): EndReason {
  if (exitCode === null) return { kind: 'signaled', signal: 9 };
  if (exitCode >= 0) return { kind: 'exited', code: exitCode };
  if (stderr.includes(TIMED_OUT)) return { kind: 'timed_out', phase: 'run' };
  const why = stderr.trim().split('\n').at(-1) ?? '';
  return {
    kind: 'spawn_failed',
    errno: 'UNKNOWN',
    stage: 'other',
    why: why || 'the old client gave no reason',
  };
}

/** The JSON that a script printed, where all of its standard output is one; null otherwise. */
function printedJson(stdout: string): string | null {
  const text = stdout.trim();
  if (text === '') return null;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

/** What an old caller reads of a run that has ended. */
export interface OldResult {
  readonly script: string;
  readonly jobId: string;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timestamp: string;
}

/** The old client's three ways to say how a script ended, from any end of ours: a status, -1 with a line about it, or null for a signal. */
export function oldExit(
  reason: EndReason,
  sentence: string,
): { readonly exitCode: number | null; readonly line: string } {
  if (reason.kind === 'exited') return { exitCode: reason.code, line: '' };
  if (reason.kind === 'signaled') return { exitCode: null, line: '' };
  return { exitCode: -1, line: reason.kind === 'timed_out' && reason.phase === 'run' ? TIMED_OUT : sentence };
}
