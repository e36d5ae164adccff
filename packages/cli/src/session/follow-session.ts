import type { Errand, Session } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { StatusLine } from '../output/status-line.ts';

export interface FollowOptions {
  readonly json: boolean;
  /** Number of the last event that is known. */
  readonly after: number;
  /** Is it to run? Else that it failed before is no failure of what was asked. */
  readonly starts: boolean;
}

/** Follows a session to where it is wanted, saying on a terminal what happens, and prints what came of it. Answers the exit status. */
export async function followSession(
  cli: Cli,
  errand: Errand,
  asked: Session,
  { json, after, starts }: FollowOptions,
): Promise<number> {
  const session = await untilSettled(cli, errand, asked, after);
  if (json) await cli.stdout.line(JSON.stringify(session, null, 2));
  else await cli.stdout.write(outcomeOf(session));
  if (session.failure === null || !starts) return EXIT.ok;
  if (!json || cli.stderr.isTerminal) await cli.stderr.line(`errand: ${plainText(session.failure.sentence)}`);
  return EXIT.failed;
}

async function untilSettled(cli: Cli, errand: Errand, asked: Session, after: number): Promise<Session> {
  using status = new StatusLine(cli.stderr);
  for await (const { text } of errand.sessions.follow(asked.id, { after })) status.show(text);
  return await errand.sessions.untilSettled(asked.id);
}

/** Its id first; where it runs, the addresses of its ports. */
function outcomeOf({ id, state, ports }: Session): string {
  const addresses = ports.map(
    ({ port, host, outerPort }) => `${port} at ${host ?? 'its machine'}:${outerPort}`,
  );
  return [`${id} ${state}`, ...addresses, ''].join('\n');
}
