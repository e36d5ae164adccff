import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTATIONS, type Mutation } from './mutation-list.ts';

/** `npm run simulate:mutations -- [--seeds N] [--only 'TEXT|TEXT']`: removes one guard after the other in a copy of the code, and says which seed noticed. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, only: { type: 'string', default: '' } },
});
const ROOT = resolve(import.meta.dirname, '../..');
const copy = makeCopy();
let uncaught = 0;
try {
  const wanted = values.only.split('|');
  for (const mutation of MUTATIONS.filter(({ name }) => wanted.some((text) => name.includes(text)))) {
    const { word, seen } = tryOut(mutation);
    if (word !== 'caught') uncaught += 1;
    console.log(`${word.padEnd(8)} ${mutation.name}\n         ${seen}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
process.exitCode = uncaught > 0 ? 1 : 0;

interface Tried {
  /** BROKEN: the code does not even run without it, which proves nothing. */
  readonly word: 'caught' | 'SURVIVED' | 'STALE' | 'BROKEN';
  readonly seen: string;
}

/** Runs seeds until one fails. */
function tryOut({ file, from, to, worlds }: Mutation): Tried {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) return { word: 'STALE', seen: `${file} has no text ${from}` };
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    const kind = worlds === 'runs' ? [] : [`--${worlds}`];
    const args = [join(copy, 'e2e/simulator/main.ts'), ...kind, '--first', '--seeds', values.seeds];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const seen = (stdout || stderr).split('\n')[0]?.slice(0, 300) ?? '';
    if (!/ seeds, .* failed$/m.test(stdout)) return { word: 'BROKEN', seen: stderr.slice(0, 300) };
    return { word: status === 0 ? 'SURVIVED' : 'caught', seen };
  } finally {
    writeFileSync(path, text);
  }
}

/** The sources as they are, with the libraries of the original. */
function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'errand-mutations-'));
  for (const part of ['packages', 'e2e']) {
    cpSync(join(ROOT, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.endsWith('node_modules'),
    });
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@errand'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@errand') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(folder, 'packages'))) {
    symlinkSync(join(folder, 'packages', name), join(modules, '@errand', name));
  }
  return folder;
}
