import { readText } from './files.ts';

/** One allowance of the table: `value` also covers the other two, `lazy` (by `import()`) also covers types. */
export interface Allowance {
  readonly specifier: string;
  readonly kind: 'value' | 'type' | 'lazy';
  /** The code that uses it is not written yet. */
  readonly planned: boolean;
}

export interface Directions {
  readonly packages: ReadonlyMap<string, PackageRow>;
  /** What the tests of a package may import beyond that; the row `all` is for the tests of every package. */
  readonly tests: ReadonlyMap<string, readonly Allowance[]>;
}

export interface PackageRow {
  readonly anything: boolean;
  readonly imports: readonly Allowance[];
  /** Names of npm packages, or `own`: whatever its package.json lists. */
  readonly libraries: readonly string[] | 'own';
  readonly node: boolean;
}

const PAGE = 'ARCHITECTURE.md';

/** Reads the two tables of import directions in ARCHITECTURE.md; what people read there is what is enforced. */
export function readDirections(): Directions {
  const packages = new Map<string, PackageRow>();
  for (const [name, , imports, libraries, node] of rowsAfter('<!-- import directions -->'))
    packages.set(code(name), packageRow(imports, libraries, node));
  const tests = new Map<string, readonly Allowance[]>();
  for (const [name, imports] of rowsAfter('<!-- import directions of tests -->'))
    tests.set(code(name), allowances(imports));
  return { packages, tests };
}

function packageRow(imports = '', libraries = '', node = ''): PackageRow {
  return {
    anything: imports === 'anything',
    imports: allowances(imports),
    libraries:
      libraries === 'its own' ? 'own' : [...libraries.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    node: node === 'yes',
  };
}

function rowsAfter(marker: string): readonly (readonly string[])[] {
  const [, after] = readText(PAGE).split(marker);
  if (after === undefined) throw new Error(`${PAGE} has no "${marker}"`);
  const table = after.trimStart().split(/\n(?!\|)/)[0] ?? '';
  const rows = table.split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** "`@errand/contract` types, `@errand/server` lazy planned" */
function allowances(cell = ''): readonly Allowance[] {
  return [...cell.matchAll(/`([^`]+)`((?: (?:types|lazy|planned))*)/g)].map(
    ([, specifier = '', words = '']) => ({
      specifier,
      kind: words.includes('types') ? 'type' : words.includes('lazy') ? 'lazy' : 'value',
      planned: words.includes('planned'),
    }),
  );
}

function code(cell = ''): string {
  return cell.replaceAll('`', '');
}
