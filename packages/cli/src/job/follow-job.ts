import type { Errand, Job } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';

/** Follows a job to its end, a line on stderr for each thing that happens. Answers the exit status: 0 only if it succeeded. */
export async function followJob(
  cli: Cli,
  errand: Errand,
  { id, json }: { readonly id: string; readonly json: boolean },
): Promise<number> {
  for await (const { at, text } of errand.jobs.follow(id))
    await cli.stderr.line(`${at.slice(11, 19)} ${plainText(text)}`);
  const job = await errand.jobs.wait(id);
  await cli.stdout.line(json ? JSON.stringify(job, null, 2) : `${job.id} ${job.status}`);
  return exitStatusOf(job);
}

/** 0 only if it succeeded. */
function exitStatusOf({ status, exitCode }: Job): number {
  return status === 'succeeded' ? EXIT.ok : exitCode || EXIT.failed;
}
