import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Repeated, type Timed, timed } from './in-flight.ts';

export interface StartContainers extends Repeated {
  /** Path of the program. */
  readonly docker: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Answers HTTP when it is healthy. */
  readonly port: number;
}

const EVERY_MS = 10;
const run = promisify(execFile);

/** `docker run` until the service in the container answers; its end is waited for and not counted. */
export async function startContainers(asked: StartContainers): Promise<Timed> {
  const { docker, image, command, port, ...repeated } = asked;
  const made: string[] = [];
  const started = await timed(repeated, async () => {
    const options = ['--detach', '--publish', `127.0.0.1::${port}`];
    const { stdout } = await run(docker, ['run', ...options, image, ...command]);
    const id = stdout.trim();
    made.push(id);
    const { stdout: address } = await run(docker, ['port', id, String(port)]);
    await answers(`http://${address.trim()}/`);
  });
  await run(docker, ['rm', '--force', ...made]);
  return started;
}

/** Any answer will do, as for the health check beside it. */
async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) return;
    await sleep(EVERY_MS);
  }
}
