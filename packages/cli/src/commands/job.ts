import type { Job } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { followJob } from '../job/follow-job.ts';
import { faultLines, readJobFile, withLines } from '../job/job-file.ts';
import { jobText } from '../job/job-text.ts';
import { renderTable } from '../output/table.ts';
import { agoText } from '../output/time-text.ts';
import { createKey } from '../run/create-key.ts';
import { type Command, collect, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface JobOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly name?: string;
  readonly status?: readonly string[];
}

export function declare(command: Command, run: Runner): void {
  declareSubmit(command, run);
  declareLooks(command, run);
}

function declareSubmit(command: Command, run: Runner): void {
  const submit = command
    .command('submit')
    .description('Run a document: a session, commands in order, outputs that must be there, tear-down.')
    .argument('<file>', 'the document, YAML or JSON; - reads standard input')
    .option('--wait', 'follow it to its end; exit status 0 only if it succeeded')
    .option('--name <text>', 'its name, instead of the one in the document');
  withPlace(withJson(submit)).action(run(actSubmit));
  withExamples(submit, [
    ['errand job submit job.yaml', 'prints its id'],
    ['errand job submit job.yaml --wait && ./publish.sh', 'goes on only if every output is there'],
  ]);
  const check = command
    .command('check')
    .description('Name everything that is wrong with a document, with its line; make nothing.')
    .argument('<file>', 'the document, YAML or JSON; - reads standard input');
  withPlace(withJson(check)).action(run(actCheck));
  withExamples(check, [['errand job check job.yaml', 'exit status 1 where something is wrong']]);
}

function declareLooks(command: Command, run: Runner): void {
  const list = command
    .command('ls')
    .description('List jobs, newest first.')
    .option('--status <status>', 'only these, such as running or failed; repeatable', collect);
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand job ls --status failed', 'which ones did not succeed']]);
  const show = about(
    command,
    'show',
    'Say everything of a job: its states with times, attempts, commands, outputs.',
  );
  withExamples(show.action(run(actShow)), [
    ['errand job show daily-2026-11-22', 'what it is doing, or why it failed'],
  ]);
  const wait = about(command, 'wait', 'Follow a job to its end; exit status 0 only if it succeeded.');
  withExamples(wait.action(run(actWait)), [['errand job wait job_01hq…', 'as submit --wait']]);
  const cancel = about(command, 'cancel', 'End a job: what runs is ended, and its session torn down.').option(
    '--no-wait',
    'do not wait until it has ended',
  );
  withExamples(cancel.action(run(actCancel)), [
    ['errand job cancel daily-2026-11-22', 'returns once its session is gone'],
  ]);
}

function about(command: Command, name: string, text: string): Command {
  const made = command.command(name).description(text);
  return withPlace(withJson(made.argument('<job>', 'id or name of the job', idOf)));
}

async function actSubmit(cli: Cli, path: string, options: JobOptions): Promise<number> {
  const file = await readJobFile(path);
  const { errand } = await cli.connect(options);
  const document = { ...file.document, ...(options.name === undefined ? {} : { name: options.name }) };
  const job = await errand.jobs
    .create(document as never, { idempotencyKey: createKey() })
    .catch((error: unknown) => {
      throw withLines(file, error);
    });
  const json = options.json === true;
  if (options.wait === true) return await followJob(cli, errand, { id: job.id, json });
  await cli.stdout.line(json ? JSON.stringify(job, null, 2) : job.id);
  if (!json) for (const warning of job.warnings) await cli.stderr.line(`errand: ${warning}`);
  return EXIT.ok;
}

async function actCheck(cli: Cli, path: string, options: JobOptions): Promise<number> {
  const file = await readJobFile(path);
  const { errand } = await cli.connect(options);
  const report = await errand.jobs.check(file.document);
  if (options.json === true) await cli.stdout.line(JSON.stringify(report, null, 2));
  else {
    for (const line of faultLines(file, report.faults)) await cli.stdout.line(line);
    for (const warning of report.warnings) await cli.stderr.line(`errand: ${warning}`);
    if (report.faults.length === 0) await cli.stdout.line(`${file.path} is right`);
  }
  return report.faults.length === 0 ? EXIT.ok : 1;
}

async function actList(cli: Cli, options: JobOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const { status } = options;
  const jobs = await errand.jobs.list(status === undefined ? {} : { status: [...status] as Job['status'][] });
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify({ jobs }, null, 2));
    return EXIT.ok;
  }
  const now = Date.now();
  const rows = jobs.map((job) => [
    job.id,
    job.status,
    `${job.attempt}/${job.attemptsMost}`,
    agoText(job.createdAt, now),
    job.owner,
    job.name ?? '',
    job.cause?.sentence ?? (job.endedAt === null ? (job.why ?? '') : ''),
  ]);
  const head = ['ID', 'STATUS', 'ATTEMPT', 'SUBMITTED', 'OWNER', 'NAME', 'WHY'];
  await cli.stdout.write(renderTable(head, rows, cli.stdout.columns));
  return EXIT.ok;
}

async function actShow(cli: Cli, id: string, options: JobOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const job = await errand.jobs.get(id);
  await cli.stdout.write(
    options.json === true ? `${JSON.stringify(job, null, 2)}\n` : jobText(job, Date.now()),
  );
  return EXIT.ok;
}

async function actWait(cli: Cli, id: string, options: JobOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const job = await errand.jobs.get(id);
  return await followJob(cli, errand, { id: job.id, json: options.json === true });
}

async function actCancel(cli: Cli, id: string, options: JobOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const asked = await errand.jobs.cancel(id);
  const job = options.wait === false ? asked : await errand.jobs.wait(asked.id);
  await cli.stdout.line(options.json === true ? JSON.stringify(job, null, 2) : `${job.id} ${job.status}`);
  return EXIT.ok;
}
