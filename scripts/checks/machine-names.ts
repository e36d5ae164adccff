import { readText, repositoryFiles } from '../tree/files.ts';
import type { Check } from './check.ts';

/** Paths that exist on one machine only; the first letter is split off so that this file does not match itself. */
const PATHS = /(?<![\w$./-])\/(?:w[o]rk|r[o]ot|h[o]me\/\w+|U[s]ers\/\w+|\.py[e]nv)(?=\/|\b)/;

/** Package locks must not name a private mirror: npm's own registry is the only one everybody has. */
const LOCK_HOST = /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)[^/"]+/;

/** A tracked file must not know the machine it was written on. */
export const machineNames: Check = async () =>
  repositoryFiles()
    .filter((path) => !/\.(png|ico|woff2?|gz|tgz)$|(^|\/)builds\//.test(path))
    .flatMap(problemsOf);

function problemsOf(path: string): readonly string[] {
  const rule = path.endsWith('package-lock.json') ? LOCK_HOST : PATHS;
  return readText(path)
    .split('\n')
    .flatMap((line, index) => {
      const found = rule.exec(line);
      return found ? [`${path}:${index + 1}: ${found[0]}`] : [];
    });
}
