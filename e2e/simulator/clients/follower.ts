import type { RunRecord } from '@errand/core';
import { followLog } from '@errand/server/testing';
import { checkFollowed } from '../checks/followed.ts';
import type { SimulatedLogs } from '../plane/simulated-logs.ts';
import type { Client } from './client.ts';

/** The longest a follower hears nothing before it connects anew: beats come more often. */
const SILENCE_MS = 40_000;

interface Followed {
  bytes: Buffer;
  /** Once it was told: the run as it was then, and the offset of the end. */
  end: { readonly run: RunRecord; readonly offset: number } | null;
}

/** Follows the log of one attempt to its end across cuts, each time from where it was. */
export async function follow(
  client: Client,
  logs: SimulatedLogs,
  { runId, token }: { readonly runId: string; readonly token: number },
): Promise<void> {
  const { world, process } = client.parts;
  const followed: Followed = { bytes: Buffer.alloc(0), end: null };
  while (followed.end === null) {
    await connection(client, { runId, token }, followed);
    await process.sleep(world.random.between(50, 2_000));
  }
  await checkFollowed(world, logs, { runId, token, bytes: followed.bytes, ...followed.end });
}

/** One connection, until the end of the log or a cut. What a cut leaves under way does not count. */
async function connection(
  client: Client,
  { runId, token }: { readonly runId: string; readonly token: number },
  followed: Followed,
): Promise<void> {
  const { world, network } = client.parts;
  const cut = { happened: false };
  const lifeMs = world.random.chance(0.5) ? world.random.between(100, 8_000) : SILENCE_MS;
  const options = { what: `follow ${runId}.${token}`, patienceMs: lifeMs };
  await network
    .request(client.caller, options, async (services, signal) => {
      const following = {
        actor: client.actor,
        runId,
        attempt: token,
        from: followed.bytes.length,
        stream: null,
        signal,
      };
      let at = following.from;
      for await (const step of followLog(services.reading, following)) {
        if (cut.happened || signal.aborted) return;
        if (step.kind === 'end') followed.end = { run: step.run, offset: step.offset };
        if (step.kind !== 'piece') continue;
        if (step.piece.offset !== at) {
          world.trace.fail(
            3,
            'SIM-FOLLOW-1',
            `a follower of ${runId}.${token} at ${at} got ${step.piece.offset}`,
          );
        }
        at += step.piece.bytes.length;
        // A duplicate of the request is a second connection, which nobody listens to.
        if (step.piece.offset === followed.bytes.length) {
          followed.bytes = Buffer.concat([followed.bytes, step.piece.bytes]);
        }
      }
    })
    .catch(() => {});
  cut.happened = true;
}
