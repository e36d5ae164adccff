import type { Errand, Job } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { untilLeft } from '../connection/until-left.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';

/**
 * Follows a job to its end, a line on stderr for each thing that happens. Answers the exit status: 0 only if it succeeded. Ctrl-C and TERM end the following,
 * not the job.
 */
export async function followJob(
  cli: Cli,
  errand: Errand,
  { id, json }: { readonly id: string; readonly json: boolean },
): Promise<number> {
  const ended = await untilLeft(async (signal) => {
    for await (const { at, text } of errand.jobs.follow(id, { signal }))
      await cli.stderr.line(`${at.slice(11, 19)} ${plainText(text)}`);
  });
  if (!ended) {
    await cli.stderr.line(
      `errand: ${id} goes on; errand job wait ${id} follows it, errand job cancel ${id} ends it`,
    );
    return EXIT.canceled;
  }
  const job = await errand.jobs.wait(id);
  await cli.stdout.line(json ? JSON.stringify(job, null, 2) : `${job.id} ${job.status}`);
  return exitStatusOf(job);
}

/** 0 only if it succeeded. */
function exitStatusOf({ status, exitCode }: Job): number {
  return status === 'succeeded' ? EXIT.ok : exitCode || EXIT.failed;
}
