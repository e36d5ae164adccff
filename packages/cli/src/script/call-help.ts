import type { Script } from '@errand/sdk';
import { plainText } from '../output/plain-text.ts';
import { type Parameter, parametersOf } from './parameters.ts';
import { isTaken } from './parse-call.ts';

/** What `errand script call NAME --help` prints: the parameters as options, with their descriptions. */
export function callHelp({
  name,
  description,
  parameters,
}: Pick<Script, 'name' | 'description' | 'parameters'>): string {
  const all = parametersOf(parameters);
  const rows = all.map((parameter) => [usageOf(parameter), aboutOf(parameter)] as const);
  const width = Math.max(0, ...rows.map(([usage]) => usage.length));
  const lines = rows.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`.trimEnd());
  const required = all.filter((parameter) => parameter.required).map(usageOf);
  return [
    `Usage: ${['errand script call', name, ...required, '[options]'].join(' ')}`,
    ...(description === null ? [] : ['', plainText(description)]),
    '',
    lines.length === 0 ? 'It takes no arguments.' : 'Arguments:',
    ...lines,
    '',
    OPTIONS,
  ].join('\n');
}

const OPTIONS = `Options of every call:
  --json-args JSON, --args FILE   all arguments as one JSON object; - reads standard input
  --arg NAME=VALUE                an argument whose name is that of an option; repeatable
  --pool NAME, --agent ID         where it runs
  --timeout TIME, --queue-timeout TIME, --name TEXT, --tag TEXT
  --sha256 SUM                    only in exactly this version of the script
  -d, --detach                    print the id and return at once
  --json                          one document: the run with its result
  --url URL, --data DIR           the server, or the data folder of this machine`;

const VALUES: Readonly<Record<Parameter['kind'], string>> = {
  text: ' <text>',
  number: ' <number>',
  flag: '',
  list: ' <value>',
  json: ' <json>',
};

function usageOf({ name, flag, kind }: Parameter): string {
  if (isTaken(flag)) return `--arg ${name}=${VALUES[kind].trim() || '<true|false>'}`;
  return `--${flag}${VALUES[kind]}`;
}

function aboutOf({ description, required, fallback, choices, kind, secret }: Parameter): string {
  const notes = [
    ...(required ? ['required'] : []),
    ...(kind === 'list' ? ['repeatable'] : []),
    ...(secret ? ['secret: never shown again'] : []),
    ...(choices.length > 0 ? [`one of ${choices.map(shown).join(', ')}`] : []),
    ...(fallback === undefined ? [] : [`by default ${shown(fallback)}`]),
  ];
  const note = notes.length === 0 ? '' : `(${notes.join('; ')})`;
  return plainText([description, note].filter((text) => text !== '').join(' '));
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
