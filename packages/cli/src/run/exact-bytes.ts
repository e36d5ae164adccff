import { readFileSync } from 'node:fs';
import type { StartRequest } from '@errand/agent/keeper';
import type { Environment } from '../config.ts';

/** What Node puts in place of bytes that are no UTF-8. Where it occurs, the true bytes are asked of the kernel. */
const REPLACED = '\ufffd';

/** The arguments of the command byte for byte; they are the last ones of our own. */
export function exactArgv(command: readonly string[]): readonly (string | Uint8Array)[] {
  if (!command.some((arg) => arg.includes(REPLACED))) return command;
  const own = readBytes('/proc/self/cmdline');
  const last = own?.slice(-command.length) ?? [];
  const same =
    last.length === command.length && last.every((arg, index) => arg.toString() === command[index]);
  return same ? last : command;
}

/** The caller's environment with what `--env` says over it, byte for byte. */
export function inheritedEnvironment(
  { exact, variables }: Environment,
  over: Readonly<Record<string, string>>,
): Pick<StartRequest, 'env' | 'envBase'> {
  const added = Object.entries(over).map(([name, value]) => `${name}=${value}`);
  const whole =
    exact === undefined &&
    !Object.entries(variables)
      .flat()
      .some((text) => text.includes(REPLACED));
  const all = exact === undefined ? readBytes('/proc/self/environ') : split(exact);
  if (whole || all === undefined) return { envBase: 'inherit', env: added };
  const kept = all.filter((pair) => {
    const name = pair.subarray(0, Math.max(0, pair.indexOf('='))).toString();
    return !(name in over) && (exact !== undefined || name in variables);
  });
  return { envBase: 'clean', env: [...kept, ...added] };
}

function readBytes(path: string): Buffer[] | undefined {
  try {
    return split(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** The texts of a list in which each ends with a NUL. */
function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    parts.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return parts;
}
