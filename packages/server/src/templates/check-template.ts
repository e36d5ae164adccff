import { basename } from 'node:path';
import { SessionSpecWish } from '@errand/contract';
import { namesIn, parametersOf, secretParameters } from '@errand/contract/wire';
import { ErrandError, type JsonSchema } from '@errand/core';
import { textsOf } from './fill-spec.ts';
import type { TemplateConfig } from './template-config.ts';

/** Throws `invalid` where a template of the configuration can never be right, before anybody asks for it. */
export function checkTemplate(name: string, { spec, assets }: TemplateConfig, parameters: JsonSchema): void {
  const known = Object.keys(parametersOf(parameters));
  const secret = new Set(secretParameters(parameters));
  for (const field of Object.keys(spec))
    if (!Object.hasOwn(SessionSpecWish.shape, field))
      throw unfit(name, `spec.${field}`, 'is no field of a session');
  for (const [text, path] of textsOf(spec)) {
    const at = `spec.${path.join('.')}`;
    for (const used of namesIn(text)) {
      if (!known.includes(used))
        throw unfit(
          name,
          at,
          `{${used}} names no parameter (there are: ${known.join(', ') || 'none'}); for the text itself write {{${used}}}`,
        );
      if (path[0] === 'shell' || isShellText(spec, path))
        throw unfit(
          name,
          at,
          `{${used}} would be read by a shell; hand it over as a variable or an argument`,
        );
      if (secret.has(used) && path[0] !== 'secretEnv')
        throw unfit(name, at, `${used} is secret, so it can only go into secretEnv`);
    }
  }
  if (assets === undefined) return;
  const asked = [
    ...namesIn(assets.url),
    ...namesIn(assets.into),
    ...(assets.only === undefined ? [] : [assets.only]),
  ];
  for (const used of asked) if (!known.includes(used)) throw unfit(name, 'assets', `${used} is no parameter`);
  if ((assets.id === undefined) !== (assets.only === undefined))
    throw unfit(
      name,
      'assets',
      'id and only belong together: the parameter only holds values of the field id',
    );
}

const SHELLS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'zsh',
  'ksh',
  'busybox',
  'fish',
  'eval',
]);

/** The text behind `-c` of a shell: in the command, and in those of a health check and of options. */
function isShellText(spec: TemplateConfig['spec'], path: readonly string[]): boolean {
  const index = Number(path.at(-1));
  if (!Number.isInteger(index)) return false;
  const list = path.slice(0, -1).reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], spec);
  if (!Array.isArray(list)) return false;
  const before = list.slice(0, index).map(String);
  const shell = before.findIndex((each) => SHELLS.has(basename(each)));
  if (shell === -1) return false;
  const text = before.findIndex((each, at) => at > shell && /^-\w*c/.test(each));
  // Directly behind -c; what follows are its arguments.
  return text === index - 1;
}

function unfit(template: string, field: string, message: string): ErrandError {
  return new ErrandError('invalid', `templates.${template}.${field}: ${message}`);
}
