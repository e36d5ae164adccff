import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { summaryOf } from '../group/summary.ts';
import { renderTable } from '../output/table.ts';
import { agoText } from '../output/time-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface GroupOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly kill?: boolean;
  readonly wait?: boolean;
}

export function declare(command: Command, run: Runner): void {
  const list = command.command('ls').description('List groups, newest first.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand group ls', 'what was run on all agents lately']]);
  const show = command
    .command('show')
    .description('Show a group with its runs.')
    .argument('<id>', 'id of the group', idOf);
  withPlace(withJson(show)).action(run(actShow));
  withExamples(show, [['errand group show group_01hq…', 'how each agent fares']]);
  const cancel = command
    .command('cancel')
    .description('End every run of a group, also those that just begin.')
    .argument('<id>', 'id of the group', idOf)
    .option('--kill', 'kill at once, without signal and grace')
    .option('--no-wait', 'do not wait until all have ended');
  withPlace(withJson(cancel)).action(run(actCancel));
  withExamples(cancel, [['errand group cancel group_01hq…', 'TERM to every tree, kill after the grace']]);
}

async function actList(cli: Cli, options: GroupOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const page = await errand.groups.list();
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify(page, null, 2));
    return EXIT.ok;
  }
  const now = Date.now();
  const rows = page.groups.map(({ id, name, pool, createdAt, counts, ended }) => [
    id,
    ended ? 'ended' : 'open',
    agoText(createdAt, now),
    pool,
    Object.entries(counts)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
    name ?? '',
  ]);
  const head = ['ID', 'STATE', 'CREATED', 'POOL', 'RUNS', 'NAME'];
  await cli.stdout.write(renderTable(head, rows, cli.stdout.columns));
  return EXIT.ok;
}

async function actShow(cli: Cli, id: string, options: GroupOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const group = await errand.groups.get(id);
  if (options.json === true) await cli.stdout.line(JSON.stringify(group, null, 2));
  else await cli.stdout.write(summaryOf(group, cli.stdout.columns));
  return EXIT.ok;
}

async function actCancel(cli: Cli, id: string, options: GroupOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const asked = await errand.groups.cancel(id, { kill: options.kill === true });
  const group = options.wait === false ? asked : await errand.groups.wait(id);
  if (options.json === true) await cli.stdout.line(JSON.stringify(group, null, 2));
  else await cli.stdout.write(summaryOf(group, cli.stdout.columns));
  return EXIT.ok;
}
