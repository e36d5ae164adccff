import type { SessionFile } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { endOf } from '../copy/copy-end.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { agoText } from '../output/time-text.ts';
import { type Command, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface ListOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly recursive?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command.argument('<place>', 'SESSION or SESSION:PATH').option('-R, --recursive', 'and everything below');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand ls web', 'the folder in which commands of the session web begin'],
    ['errand ls web:results', 'a folder in it; in a container the path may be absolute'],
    ['errand ls -R web: --json', 'everything below, for programs'],
  ]);
}

async function act(cli: Cli, place: string, options: ListOptions): Promise<number> {
  const { session, path } = placeOf(place);
  const { errand } = await cli.connect(options);
  const files = errand.sessions.files(session);
  const top = await files.stat(path);
  if (top.kind !== 'folder') return await print(cli, [top], options);
  const below = options.recursive === true ? files.list(path) : files.listFolder(path);
  return await print(cli, await below, options);
}

/** Nothing but a name is a session, too. */
function placeOf(text: string): { readonly session: string; readonly path: string } {
  const end = endOf(text);
  if (end.kind === 'session') return { session: end.id, path: end.path };
  if (end.kind === 'run') throw new CliError(`errand artifacts ${end.id} lists what the run has kept`);
  if (/^[^/:.][^/:]*$/.test(text)) return { session: text, path: '' };
  throw new CliError(`${text} names no session; write SESSION:PATH, such as web:results`);
}

async function print(cli: Cli, files: readonly SessionFile[], { json }: ListOptions): Promise<number> {
  if (json === true) {
    await cli.stdout.line(JSON.stringify({ files }, null, 2));
    return EXIT.ok;
  }
  const now = Date.now();
  const rows = files.map(({ path, kind, bytes, mode, modifiedAt }) => [
    mode.padStart(4),
    kind === 'file' ? String(bytes) : kind,
    agoText(modifiedAt, now),
    kind === 'folder' ? `${path}/` : path,
  ]);
  await cli.stdout.write(renderTable(['MODE', 'BYTES', 'CHANGED', 'NAME'], rows, cli.stdout.columns));
  return EXIT.ok;
}
