import type { AuditEntry, AuditFilter } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { parseDuration } from '../output/time-text.ts';
import { type Command, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface AuditOptions extends PlaceFlags {
  readonly key?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: string;
  readonly before?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .option('--key <id>', 'only what this key did (its id)')
    .option('--action <name>', 'only this operation of the API, such as cancelRun')
    .option('--target <id>', 'only what was done to this (an id, or the name of a pool or script)')
    .option('--since <time>', 'only from then on: how long ago, such as 24h, or a time such as 2026-01-31')
    .option('--before <time>', 'only before then, written likewise')
    .option('--limit <n>', 'at most this many', '50');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand audit', 'what was done last, by whom and from where'],
    ['errand audit --since 24h --action removeKey', 'whose keys were revoked today'],
    ['errand audit --target run_01hq… --json', 'one document, for programs'],
  ]);
}

async function act(cli: Cli, options: AuditOptions): Promise<number> {
  const filter = filterOf(options, Date.now());
  const { errand } = await cli.connect(options);
  const { value: page } = await errand.audit(filter).next();
  if (options.json === true)
    await cli.stdout.line(JSON.stringify(page ?? { entries: [], nextCursor: null }, null, 2));
  else await cli.stdout.write(table(page?.entries ?? [], cli.stdout.columns));
  return EXIT.ok;
}

function filterOf({ key, action, target, since, before, limit }: AuditOptions, now: number): AuditFilter {
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 500)
    throw new CliError(`--limit takes 1 to 500, not ${limit}`);
  return {
    limit: Number(limit),
    ...(key === undefined ? {} : { key }),
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since: timeOf('--since', since, now) }),
    ...(before === undefined ? {} : { before: timeOf('--before', before, now) }),
  };
}

/** Date.parse alone makes a day of 2001 of `12`, which somebody meant as hours. */
const MOMENT = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}.*)?)?$/;

/** How long ago, or a moment. */
function timeOf(option: string, text: string, now: number): string {
  const ago = parseDuration(text);
  const at = ago === null ? momentOf(text) : now - ago;
  if (Number.isNaN(at) || Math.abs(at) > 8e15)
    throw new CliError(
      `${option} takes how long ago, such as 24h, or a time such as 2026-01-31, not ${text}`,
    );
  return new Date(at).toISOString();
}

/** NaN for what is none, also for days that a month does not have. */
function momentOf(text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  const isDay = day === undefined || isoDay(day) === day;
  return MOMENT.test(text) && isDay ? Date.parse(text) : Number.NaN;
}

function isoDay(day: string): string | undefined {
  const at = Date.parse(day);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().slice(0, 10);
}

function table(entries: readonly AuditEntry[], width: number): string {
  const rows = entries.map(({ at, key, action, target, address, outcome, note }) => [
    at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    key === null ? '-' : `${key.name} (${key.owner})`,
    action,
    target ?? '-',
    address ?? 'this machine',
    note === null ? (outcome ?? '?') : `${outcome ?? '?'}: ${note}`,
  ]);
  return renderTable(['WHEN', 'WHO', 'ACTION', 'TARGET', 'FROM', 'OUTCOME'], rows, width);
}
