import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Answer, type CallOptions, type Errand, ErrandApiError, type ScriptName } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { createKey } from '../run/create-key.ts';
import { watchRun } from '../run/watch-run.ts';
import { callHelp } from './call-help.ts';
import { flagOf } from './parameters.ts';
import { callOptions, type ParsedCall, parseCall } from './parse-call.ts';
import { resultText } from './result-view.ts';

type Options = ParsedCall['options'];

/** `errand script call`: asks for the script, makes options of its parameters, submits, watches, and shows the result. */
export async function callScript(cli: Cli, name: string, words: readonly string[]): Promise<number> {
  const before = callOptions(words);
  const { errand } = await cli.connect(placeOf(before));
  const script = await errand.scripts.get(name);
  if (before['help'] === true) {
    await cli.stdout.line(callHelp(script));
    return EXIT.ok;
  }
  const { options, args } = parseCall(words, script.parameters);
  const all = { ...(await jsonArguments(options)), ...args };
  const submit = (): ReturnType<typeof errand.scripts.call> => submitted(errand, script, { all, options });
  if (options['detach'] === true) {
    const run = await submit();
    await cli.stdout.line(options['json'] === true ? JSON.stringify(run.latest, null, 2) : run.id);
    return EXIT.ok;
  }
  const asJson = options['json'] === true;
  return await watchRun(cli, submit, {
    output: asJson ? 'json' : 'split',
    ...(asJson
      ? {}
      : {
          present: async (run) => {
            if (run.hasResult) await cli.stdout.write(resultText(run, cli.stdout.columns));
          },
        }),
  });
}

interface Submission {
  readonly all: Readonly<Record<string, unknown>>;
  readonly options: Options;
}

async function submitted(
  errand: Errand,
  script: Answer<'getScript'>,
  { all, options }: Submission,
): ReturnType<Errand['scripts']['call']> {
  const { name } = script;
  const sha256 = textOption(options, 'sha256');
  const wanted: ScriptName = sha256 === undefined ? name : { name, sha256 };
  try {
    return await errand.scripts.call(wanted, all, { ...aboutRun(options), idempotencyKey: createKey() });
  } catch (error) {
    throw asOptions(error, name);
  }
}

function aboutRun(options: Options): CallOptions {
  const { tag } = options;
  const given = {
    pool: textOption(options, 'pool'),
    agent: textOption(options, 'agent'),
    timeout: textOption(options, 'timeout'),
    queueTimeout: textOption(options, 'queue-timeout'),
    name: textOption(options, 'name'),
    tags: Array.isArray(tag) ? [...tag] : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function placeOf(options: Options): { readonly url?: string; readonly data?: string } {
  const [url, data] = [textOption(options, 'url'), textOption(options, 'data')];
  return { ...(url === undefined ? {} : { url }), ...(data === undefined ? {} : { data }) };
}

function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** All arguments as one JSON object, from the command line or a file. */
async function jsonArguments(options: Options): Promise<Readonly<Record<string, unknown>>> {
  const [inline, file] = [textOption(options, 'json-args'), textOption(options, 'args')];
  if (inline !== undefined && file !== undefined)
    throw new CliError('--json-args and --args: give one of them');
  if (inline === undefined && file === undefined) return {};
  const text = inline ?? (file === '-' ? await textOf(process.stdin) : await fileText(file ?? ''));
  const where = inline === undefined ? `--args ${file ?? ''}` : '--json-args';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${where}: it is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(`${where}: it must be a JSON object with the arguments by name`);
  return value as Readonly<Record<string, unknown>>;
}

async function fileText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError(`--args ${path}: ${error instanceof Error ? error.message : 'it cannot be read'}`);
  });
}

/** What the server says of arguments, in the words of the command line. */
function asOptions(error: unknown, name: string): unknown {
  if (!(error instanceof ErrandApiError)) return error;
  const fields = (error.details?.['fields'] ?? []) as readonly {
    readonly field: string;
    readonly message: string;
  }[];
  if (fields.length === 0 || !fields.every(({ field }) => field.startsWith('args.'))) return error;
  const lines = fields.map(({ field, message }) => `--${flagOf(field.slice('args.'.length))} ${message}`);
  return new CliError(
    `${lines.map(plainText).join('\n')}\n(errand script call ${name} --help lists the arguments)`,
  );
}
