import type { Answer } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { agoText } from '../output/time-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface KeyOptions extends PlaceFlags {
  readonly json?: boolean;
}

interface NewKeyOptions extends KeyOptions {
  readonly name: string;
  readonly role: string;
  readonly owner?: string;
  readonly expiresIn?: string;
}

export function declare(command: Command, run: Runner): void {
  const create = command
    .command('new')
    .description('Make a key; its secret is shown this once.')
    .option('--name <text>', 'what it is for', 'key')
    .option('--role <role>', 'admin, member, viewer, service or agent', 'member')
    .option('--owner <path>', 'owner it acts for, such as acme/ada (your own)')
    .option('--expires-in <time>', 'ends by itself after this long, such as 30d');
  withPlace(withJson(create)).action(run(actNew));
  withExamples(create, [
    ['errand key new --role member --owner acme/ada --name laptop', 'prints the secret'],
  ]);
  const list = command.command('ls').description('List keys.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand key ls', 'who has a key, and when it was used']]);
  const remove = command
    .command('rm')
    .description('Revoke a key at once.')
    .argument('<id>', 'id of the key', idOf);
  withPlace(remove).action(run(actRemove));
  withExamples(remove, [['errand key rm key_01hq…', 'its holder is refused from now on']]);
}

async function actNew(cli: Cli, options: NewKeyOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const { name, owner, expiresIn } = options;
  const key = await errand.keys.create({
    name,
    // The server knows the roles and says which there are.
    role: options.role as Answer<'createKey'>['role'],
    ...(owner === undefined ? {} : { owner }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
  });
  await cli.stdout.line(options.json === true ? JSON.stringify(key, null, 2) : key.secret);
  return EXIT.ok;
}

async function actList(cli: Cli, options: KeyOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const keys = await errand.keys.list();
  if (options.json === true) await cli.stdout.line(JSON.stringify({ keys }, null, 2));
  else await cli.stdout.write(table(keys, cli.stdout.columns));
  return EXIT.ok;
}

async function actRemove(cli: Cli, id: string, options: PlaceFlags): Promise<number> {
  const { errand } = await cli.connect(options);
  await errand.keys.remove(id);
  return EXIT.ok;
}

/** The name comes early: by it people know a key, and a narrow terminal cuts what is last. */
function table(keys: Answer<'listKeys'>['keys'], width: number): string {
  const now = Date.now();
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.role,
    key.owner,
    agoText(key.createdAt, now),
    key.lastUsedAt === null ? 'never' : agoText(key.lastUsedAt, now),
    key.expiresAt ?? 'never',
  ]);
  return renderTable(['ID', 'NAME', 'ROLE', 'OWNER', 'CREATED', 'USED', 'EXPIRES'], rows, width);
}
