import type { Errand, Session } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { agoText, leftText } from '../output/time-text.ts';
import { followSession } from '../session/follow-session.ts';
import { sessionText } from '../session/session-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';
import { declareCreate } from './session-create.ts';
import { declareInside } from './session-inside.ts';
import { declareReach } from './session-reach.ts';

interface SessionOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly all?: boolean;
  readonly for?: string;
  readonly note?: string;
  readonly release?: boolean;
}

const EXAMPLE = 'web';

export function declare(command: Command, run: Runner): void {
  declareCreate(command, run);
  declareLooks(command, run);
  declareLife(command, run);
  declareReach(command, run);
  declareInside(command, run);
}

function about(command: Command, name: string, text: string): Command {
  const made = command.command(name).description(text);
  return withPlace(withJson(made.argument('<session>', 'id, name or subdomain of the session', idOf)));
}

function declareLooks(command: Command, run: Runner): void {
  const list = command
    .command('ls')
    .description('List sessions, newest first.')
    .option('-a, --all', 'also those that are over');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand session ls', 'what there is, and until when']]);
  const show = about(
    command,
    'show',
    'Say everything of a session: why it is alive, until when, what it costs.',
  );
  withExamples(show.action(run(actShow)), [[`errand session show ${EXAMPLE}`, 'why it is there']]);
  const doctor = command
    .command('doctor')
    .description('List what exists at every provider beside what is known. For admin keys.');
  withPlace(withJson(doctor)).action(run(actDoctor));
  withExamples(doctor, [['errand session doctor', 'exit status 1 where something is not as it should be']]);
}

function declareLife(command: Command, run: Runner): void {
  const waits = '--no-wait';
  const start = about(command, 'start', 'Start a stopped session, with the same subdomain and files.')
    .option(waits, 'do not wait until it is ready')
    .action(run(change((errand, id) => errand.sessions.start(id), true)));
  withExamples(start, [[`errand session start ${EXAMPLE}`, 'waits until it is ready']]);
  const stop = about(command, 'stop', 'End what runs in a session and keep its files.')
    .option(waits, 'do not wait until it has stopped')
    .action(run(change((errand, id) => errand.sessions.stop(id))));
  withExamples(stop, [[`errand session stop ${EXAMPLE}`, 'errand session start brings it back']]);
  const remove = about(command, 'rm', 'End all of a session, its files and volumes too.')
    .option(waits, 'do not wait until its provider confirms that nothing is left')
    .action(run(change((errand, id) => errand.sessions.remove(id))));
  withExamples(remove, [[`errand session rm ${EXAMPLE}`, 'returns once nothing of it is left']]);
  const extend = about(command, 'extend', 'Let a session run longer than its maximum lifetime.')
    .argument('<time>', 'from now on, such as 4h')
    .action(run(actExtend));
  withExamples(extend, [[`errand session extend ${EXAMPLE} 4h`, 'it may run four more hours']]);
  const hold = about(command, 'hold', 'Keep a session from being stopped for being idle.')
    .option('--for <time>', 'for this long, such as 2h')
    .option('--note <text>', 'why, for others')
    .option('--release', 'let it go again')
    .action(run(actHold));
  withExamples(hold, [
    [`errand session hold ${EXAMPLE} --for 2h --note demo`, 'errand session show tells who holds it'],
    [`errand session hold ${EXAMPLE} --release`, 'it may be stopped again'],
  ]);
}

async function actList(cli: Cli, options: SessionOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const sessions = await errand.sessions.list(options.all === true ? { all: '1' } : {});
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify({ sessions }, null, 2));
    return EXIT.ok;
  }
  const now = Date.now();
  // What a narrow terminal cuts off comes last.
  const rows = sessions.map((session) => [
    session.id,
    session.name ?? '',
    session.alarm === null ? session.state : `${session.state} (alarm)`,
    session.alive?.stopsAt == null ? '' : `in ${leftText(session.alive.stopsAt, now)}`,
    agoText(session.createdAt, now),
    session.owner,
    session.provider,
    session.settled ? '' : (session.why ?? ''),
  ]);
  const head = ['ID', 'NAME', 'STATE', 'STOPS', 'CREATED', 'OWNER', 'PROVIDER', 'WHY'];
  await cli.stdout.write(renderTable(head, rows, cli.stdout.columns));
  return EXIT.ok;
}

async function actShow(cli: Cli, id: string, options: SessionOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  return await print(cli, await errand.sessions.get(id), options);
}

async function actExtend(cli: Cli, id: string, time: string, options: SessionOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  return await print(cli, await errand.sessions.extend(id, time), options);
}

async function actHold(cli: Cli, id: string, options: SessionOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const { for: time, note, release } = options;
  if ((time === undefined) !== (release === true)) throw new CliError('give either --for TIME or --release');
  const session =
    time === undefined
      ? await errand.sessions.release(id)
      : await errand.sessions.hold(id, { for: time, ...(note === undefined ? {} : { note }) });
  return await print(cli, session, options);
}

async function print(cli: Cli, session: Session, { json }: SessionOptions): Promise<number> {
  await cli.stdout.write(
    json === true ? `${JSON.stringify(session, null, 2)}\n` : sessionText(session, Date.now()),
  );
  return EXIT.ok;
}

function change(wish: (errand: Errand, id: string) => Promise<Session>, starts = false) {
  return async (cli: Cli, id: string, options: SessionOptions): Promise<number> => {
    const { errand } = await cli.connect(options);
    const { id: sessionId } = await errand.sessions.get(id);
    const after = await errand.sessions.lastEvent(sessionId);
    const asked = await wish(errand, sessionId);
    if (options.wait === false) return await print(cli, asked, options);
    return await followSession(cli, errand, asked, { json: options.json === true, after, starts });
  };
}

async function actDoctor(cli: Cli, options: SessionOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const report = await errand.sessions.diagnose();
  const ill =
    report.alarms.length > 0 ||
    report.providers.some(
      ({ problem, found, missing }) =>
        problem !== null || missing.length > 0 || found.some(({ verdict }) => verdict === 'orphan'),
    );
  if (options.json === true) await cli.stdout.line(JSON.stringify(report, null, 2));
  else {
    const rows = report.providers.flatMap(({ name, problem, note, found, missing }) => [
      ...(note === null ? [] : [[name, '', 'not shown', note]]),
      ...(problem === null ? [] : [[name, '', 'unknown', problem]]),
      ...found.map((each) => [name, each.sessionId, each.verdict, each.sentence]),
      ...missing.map((each) => [name, each.sessionId, 'missing', each.sentence]),
    ]);
    const alarms = report.alarms.map(({ sessionId, sentence }) => ['', sessionId, 'alarm', sentence]);
    const head = ['PROVIDER', 'SESSION', 'VERDICT', 'WHAT IT MEANS'];
    await cli.stdout.write(renderTable(head, [...rows, ...alarms], cli.stdout.columns));
  }
  return ill ? 1 : EXIT.ok;
}
