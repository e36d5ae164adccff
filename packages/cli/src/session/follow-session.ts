import type { Errand, Session } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { untilLeft } from '../connection/until-left.ts';
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

/**
 * Follows a session to where it is wanted, saying on a terminal what happens, elsewhere only what is in the way, and prints what came of it. Answers the
 * exit status. Ctrl-C and TERM end the following, not the session.
 */
export async function followSession(
  cli: Cli,
  errand: Errand,
  asked: Session,
  { json, after, starts }: FollowOptions,
): Promise<number> {
  const { id } = asked;
  if (!(await untilLeft((left) => show(cli, errand, { id, after, left })))) {
    await cli.stderr.line(
      `errand: ${id} goes on; errand session show ${id} says how far it is, errand session rm ${id} ends it`,
    );
    return EXIT.canceled;
  }
  const session = await errand.sessions.untilSettled(id);
  if (json) await cli.stdout.line(JSON.stringify(session, null, 2));
  else await cli.stdout.write(outcomeOf(session));
  if (session.failure === null || !starts) return EXIT.ok;
  if (!json || cli.stderr.isTerminal) await cli.stderr.line(`errand: ${plainText(session.failure.sentence)}`);
  return EXIT.failed;
}

interface Followed {
  readonly id: string;
  readonly after: number;
  readonly left: AbortSignal;
}

async function show(cli: Cli, errand: Errand, { id, after, left }: Followed): Promise<void> {
  using status = new StatusLine(cli.stderr);
  let inTheWay = '';
  for await (const { kind, text } of errand.sessions.follow(id, { after, signal: left })) {
    status.show(text);
    if (status.active || kind !== 'trouble' || text === inTheWay) continue;
    inTheWay = text;
    await cli.stderr.line(`errand: still trying (${id}): ${plainText(text)}`);
  }
}

/** Its id first; where it runs, the address that browsers and programs with a key use, and where its ports are. */
function outcomeOf({ id, state, ports, address }: Session): string {
  const reached = ports.length === 0 || address === null ? [] : [address];
  const places = ports.map(({ port, host, outerPort }) => `${port} at ${host ?? 'its machine'}:${outerPort}`);
  return [`${id} ${state}`, ...reached, ...places, ''].join('\n');
}
