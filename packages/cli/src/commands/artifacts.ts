import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { sizeText } from '../copy/size-text.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { renderTable } from '../output/table.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface ArtifactsOptions extends PlaceFlags {
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command.argument('<id>', 'id of the run', idOf);
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand run -d --artifact "out/**" -- make', 'a run that keeps what lies in out when it has ended'],
    ['errand artifacts run_01hq…', 'what it has kept'],
    ['errand cp run_01hq…:out/report.html .', 'one file; with nothing behind the colon, all of them'],
  ]);
}

async function act(cli: Cli, id: string, options: ArtifactsOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const handle = await errand.runs.get(id);
  const found = await handle.artifacts.list();
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify(found, null, 2));
    return EXIT.ok;
  }
  const rows = found.artifacts.map(({ path, bytes, mode, sha256 }) => [path, sizeText(bytes), mode, sha256]);
  if (rows.length > 0)
    await cli.stdout.write(renderTable(['PATH', 'SIZE', 'MODE', 'SHA-256'], rows, cli.stdout.columns));
  const said = found.problem ?? (rows.length > 0 ? null : whyNone(handle.latest));
  if (said !== null) await cli.stderr.line(`errand: ${plainText(said)}`);
  return EXIT.ok;
}

function whyNone({
  id,
  artifacts,
  endedAt,
}: {
  id: string;
  artifacts: string[];
  endedAt: string | null;
}): string {
  if (artifacts.length === 0) return `${id} was not to keep any; errand run --artifact PATTERN asks for it`;
  return endedAt === null
    ? `${id} has not ended; files are kept then`
    : `${id} was not executed, so it made none`;
}
