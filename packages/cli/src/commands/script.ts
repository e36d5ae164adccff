import type { Script } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { commandText, plainText } from '../output/plain-text.ts';
import { renderTable } from '../output/table.ts';
import { agoText } from '../output/time-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface ScriptOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly file?: string;
  readonly owner?: string;
  readonly everybody?: boolean;
}

export function declare(command: Command, run: Runner): void {
  declareSet(command, run);
  const list = command
    .command('ls')
    .description('List the scripts that you may call, also those that agents offer.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand script ls', 'names, where they come from, what they do']]);
  const show = command
    .command('show')
    .description('Show a script: what it executes, its parameters, its result.')
    .argument('<name>', 'name of the script', idOf);
  withPlace(withJson(show)).action(run(actShow));
  withExamples(show, [['errand script show netspeed', 'as YAML would have it; --json for all of it']]);
  const remove = withOwner(
    command
      .command('rm')
      .description('Forget a script. Runs of it go on.')
      .argument('<name>', 'name of the script', idOf),
  );
  withPlace(remove).action(run(actRemove));
  withExamples(remove, [['errand script rm netspeed', 'no more calls of it']]);
  declareCall(command, run);
}

function declareSet(command: Command, run: Runner): void {
  const set = withOwner(
    command
      .command('set')
      .description('Register a script, or replace it.')
      .argument('<name>', 'name of the script', idOf)
      .requiredOption('-f, --file <file>', 'YAML or JSON, or a module (js, ts) that exports run'),
  );
  withPlace(withJson(set)).action(run(actSet));
  set.addHelpText('after', SET_NOTES);
  withExamples(set, [
    ['errand script set ping -f ping.yaml', 'from a file of fields'],
    ['errand script set netspeed -f netspeed.ts', 'from a module; it is imported here for its parameters'],
  ]);
}

const SET_NOTES = `
A file of fields:

  description: Ask a host three times
  command: [ping, "-c{count}", "{host}"]      # or shell: ..., or module: {file: ping.ts}
  parameters:                                 # JSON Schema of the arguments
    properties:
      host: {type: string}
      count: {type: integer, minimum: 1, default: 3}
    required: [host]
  result:                                     # of the JSON that it writes to the file $ERRAND_RESULT
    view: {kind: gauge, path: ms, max: 200, unit: ms}

{name} becomes the value of an argument, within one argument of the command; {name...} as a whole argument becomes those of
a list. No shell reads them. A shell text finds them in variables such as $ARG_HOST. writeOnly: true makes a text secret.`;

function declareCall(command: Command, run: Runner): void {
  const call = command
    .command('call')
    .description('Call a script: its output live, then its result.')
    .argument('<name>', 'name of the script', idOf)
    .argument('[arguments...]', 'its arguments as options: errand script call NAME --help lists them')
    .usage('<name> [--argument value...]')
    .passThroughOptions()
    .allowUnknownOption()
    .action(
      run(async (cli: Cli, name: string, words: readonly string[]) => {
        const { callScript } = await import('../script/call.ts');
        return await callScript(cli, name, words);
      }),
    );
  withExamples(call, [
    ['errand script call netspeed --pool lab --seconds 5', 'progress, then a gauge'],
    ['errand script call netspeed --help', 'its arguments'],
    ['echo \'{"seconds": 5}\' | errand script call netspeed --args -', 'all arguments as JSON'],
  ]);
}

function withOwner(command: Command): Command {
  return command
    .option('--owner <path>', 'of this owner and everybody below it')
    .option('--everybody', 'for everybody (what an admin key does anyway)');
}

function ownerOf({ owner, everybody }: ScriptOptions): { readonly owner?: string | null } {
  if (owner !== undefined && everybody === true)
    throw new CliError('--owner and --everybody: give one of them');
  if (everybody === true) return { owner: null };
  return owner === undefined ? {} : { owner };
}

async function actSet(cli: Cli, name: string, options: ScriptOptions): Promise<number> {
  const { readScriptFile } = await import('../script/script-file.ts');
  const definition = await readScriptFile(options.file ?? '');
  const { errand } = await cli.connect(options);
  const script = await errand.scripts.set(name, { ...definition, ...ownerOf(options) });
  await cli.stdout.line(options.json === true ? JSON.stringify(script, null, 2) : `${name} ${script.sha256}`);
  return EXIT.ok;
}

async function actList(cli: Cli, options: ScriptOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const scripts = await errand.scripts.list();
  if (options.json === true) await cli.stdout.line(JSON.stringify({ scripts }, null, 2));
  else await cli.stdout.write(table(scripts, cli.stdout.columns));
  return EXIT.ok;
}

function table(scripts: readonly Script[], width: number): string {
  const now = Date.now();
  const rows = scripts.map((script) => [
    script.name,
    script.kind,
    script.origin === 'agents' ? `${script.agents.length} in ${script.pool ?? ''}` : script.origin,
    script.owner ?? 'everybody',
    script.updatedAt === null ? '' : agoText(script.updatedAt, now),
    script.problem === null ? (script.description ?? '') : `cannot be called: ${script.problem}`,
  ]);
  return renderTable(['NAME', 'KIND', 'FROM', 'FOR', 'CHANGED', 'DESCRIPTION'], rows, width);
}

async function actShow(cli: Cli, name: string, options: ScriptOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const script = await errand.scripts.get(name);
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify(script, null, 2));
    return EXIT.ok;
  }
  const { callHelp } = await import('../script/call-help.ts');
  const code = script.command === null ? (script.shell ?? script.module) : commandText(script.command);
  const lines = [
    `${script.name} (${script.kind}, ${script.origin}), for ${script.owner ?? 'everybody'}`,
    `version ${script.sha256}`,
    ...(script.problem === null ? [] : [`cannot be called: ${plainText(script.problem)}`]),
    ...(code === null ? [] : ['', ...code.trimEnd().split('\n').map(plainText)]),
    '',
    callHelp(script),
  ];
  await cli.stdout.line(lines.join('\n'));
  return EXIT.ok;
}

async function actRemove(cli: Cli, name: string, options: ScriptOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  await errand.scripts.remove(name, ownerOf(options));
  return EXIT.ok;
}
