import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { generators } from '../generators.ts';
import { cyclesOf } from '../tree/cycles.ts';
import { type Allowance, type Directions, type PackageRow, readDirections } from '../tree/direction-table.ts';
import { isTestFile, sourceFiles } from '../tree/files.ts';
import { type Import, importsOf } from '../tree/imports.ts';
import { npmNameOf, packageOf } from '../tree/package-of.ts';
import { adapterProblem } from './adapter-imports.ts';
import type { Check } from './check.ts';

/** The files outside of the packages that their tests may import: the reasons to skip a test, and its size. */
const FOR_ALL_TESTS = new Set(['scripts/requires.ts', 'scripts/sizes.ts', 'scripts/signal-if-alive.ts']);

/** Enforces the tables of ARCHITECTURE.md, and that allowances are used and files do not import in circles. */
export const importDirections: Check = async () => {
  const table: Table = { ...readDirections(), used: new Set() };
  const files = sourceFiles().filter((path) => path.startsWith('packages/'));
  return [
    ...files.flatMap((path) => importsOf(path).flatMap((one) => problemsOf(path, one, table))),
    ...staleAllowances(table),
    ...cyclesOf(graphOf(files)).map((cycle) => `cycle: ${cycle.join(' -> ')}`),
  ];
};

interface Table extends Directions {
  readonly used: Set<Allowance>;
}

function problemsOf(path: string, one: Import, table: Table): readonly string[] {
  const reason = one.specifier.startsWith('.')
    ? relativeProblem(path, one)
    : outsideProblem(path, one, table);
  return reason === undefined ? [] : [`${path}:${one.line}: ${one.specifier}: ${reason}`];
}

function relativeProblem(path: string, { specifier }: Import): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (FOR_ALL_TESTS.has(target) && isTestFile(path)) return undefined;
  if (packageOf(target) !== packageOf(path)) return 'leaves its package; import the other one by its name';
  return isTestFile(path) ? undefined : adapterProblem(path, target);
}

function outsideProblem(path: string, one: Import, table: Table): string | undefined {
  const row = table.packages.get(packageOf(path));
  if (!row) return 'this package has no row in the table of import directions (ARCHITECTURE.md)';
  const fits = [...row.imports, ...allowedInTests(path, table)].find((allowance) => allows(allowance, one));
  if (fits) table.used.add(fits);
  if (fits || row.anything) return undefined;
  return isOurs(one) ? directionProblem(path, one) : libraryProblem(path, one, row);
}

function allowedInTests(path: string, { tests }: Table): readonly Allowance[] {
  return isTestFile(path) ? [...(tests.get('all') ?? []), ...(tests.get(packageOf(path)) ?? [])] : [];
}

function isOurs({ specifier }: Import): boolean {
  return specifier.startsWith('@errand/') || specifier === 'errand';
}

function directionProblem(path: string, { specifier, kind }: Import): string {
  const folder = packageOf(path);
  return `${specifier}/`.startsWith(`${npmNameOf(folder)}/`)
    ? 'a package imports its own files by relative paths'
    : `${folder} may not import it this way (${kind}); see the table in ARCHITECTURE.md`;
}

/** Tests and generators run on a developer's machine only, so they may use what is installed there. */
function libraryProblem(path: string, { specifier }: Import, row: PackageRow): string | undefined {
  if (isTestFile(path) || generators.includes(path)) return undefined;
  if (isBuiltin(specifier)) return row.node ? undefined : `${packageOf(path)} does without Node's modules`;
  return row.libraries === 'own' || row.libraries.includes(libraryOf(specifier))
    ? undefined
    : `${packageOf(path)} may not use this library; see the table in ARCHITECTURE.md`;
}

function allows(allowance: Allowance, { specifier, kind }: Import): boolean {
  return (
    allowance.specifier === specifier &&
    (allowance.kind === 'value' || allowance.kind === kind || kind === 'type')
  );
}

function libraryOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** A direction that nobody needs is closed again, or the table would slowly come to allow everything. */
function staleAllowances({ packages, tests, used }: Table): readonly string[] {
  const rows = [
    ...[...packages].map(([name, row]) => [name, row.imports] as const),
    ...[...tests].map(([name, imports]) => [`tests of ${name}`, imports] as const),
  ];
  return rows.flatMap(([name, imports]) =>
    imports
      .filter((allowance) => allowance.planned === used.has(allowance))
      .map(({ specifier, planned }) =>
        planned
          ? `ARCHITECTURE.md: ${name} -> ${specifier} is in use now; take the word "planned" away`
          : `ARCHITECTURE.md: ${name} -> ${specifier} is allowed, but nobody uses it`,
      ),
  );
}

/** Imports inside of a package. An `import()` may point back: it is resolved long after both files have started. */
function graphOf(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    files.map((path) => [
      path,
      importsOf(path)
        .filter(({ specifier, kind }) => specifier.startsWith('.') && kind !== 'lazy')
        .map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
    ]),
  );
}
