import type { Errand } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { type CopyEnd, endOf } from '../copy/copy-end.ts';
import { CopyProgress } from '../copy/copy-progress.ts';
import { download } from '../copy/download.ts';
import { type FarFiles, keptFiles } from '../copy/far-files.ts';
import { upload } from '../copy/upload.ts';
import { StatusLine } from '../output/status-line.ts';
import { type Command, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface CopyOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly owner?: string;
}

export function declare(command: Command, run: Runner): void {
  command
    .argument('<from>', 'a file or a folder, here, as SESSION:PATH, or as RUN:PATH of what a run has kept')
    .argument('<to>', 'where it goes, here or as SESSION:PATH; - is standard output')
    .option('--owner <uid:gid>', 'whose the files are, in a container')
    .addHelpText('after', PATHS);
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand cp data.csv web:', 'into the folder in which commands of the session web begin'],
    ['errand cp web:results ./results', 'a folder with all that is in it'],
    ['errand cp run_01hq…: ./made', 'all files that a run has kept'],
    ['errand cp web:/etc/os-release -', 'a file of a container, printed'],
  ]);
}

const PATHS = `
A path of a session counts from the folder in which its commands begin; in a container it may be absolute.
Into a folder that is there it goes under its own name, as with cp. Each file is there whole or not at all.`;

async function act(cli: Cli, from: string, to: string, options: CopyOptions): Promise<number> {
  const [source, target] = [endOf(from), endOf(to)];
  if (target.kind === 'run')
    throw new CliError('what a run has kept stays as it is; copy to here, or into a session');
  if ((source.kind === 'here') === (target.kind === 'here')) throw new CliError(bothSame(source));
  const { errand } = await cli.connect(options);
  using status = new StatusLine(cli.stderr);
  const progress = new CopyProgress(status);
  if (source.kind !== 'here') {
    if (options.owner !== undefined) throw new CliError('--owner is for files that go into a session');
    const files = await farFiles(errand, source);
    await download({ files, from: source.path, to: target.path, progress, output: cli.stdout });
  } else if (target.kind === 'session') {
    const files = errand.sessions.files(target.id);
    await upload({ files, from: source.path, to: target.path, progress, owner: options.owner });
  }
  status.clear();
  if (options.json === true) await cli.stdout.line(JSON.stringify(progress.sum, null, 2));
  else status.note(progress.sentence);
  for (const path of progress.skipped)
    await cli.stderr.line(`errand: ${path} is neither a file nor a folder; left out`);
  return 0;
}

async function farFiles(errand: Errand, { kind, id }: Exclude<CopyEnd, { kind: 'here' }>): Promise<FarFiles> {
  if (kind === 'session') return errand.sessions.files(id);
  return await keptFiles((await errand.runs.get(id)).artifacts, id);
}

function bothSame({ kind }: CopyEnd): string {
  return kind === 'here'
    ? 'neither end is in a session or of a run; name one as SESSION:PATH, such as web:data.csv'
    : 'both ends are somewhere else; copy from the first to here, then from here to the other';
}
