import { agentBundle } from './checks/agent-bundle.ts';
import { changelog } from './checks/changelog.ts';
import type { Check } from './checks/check.ts';
import { conformance } from './checks/conformance.ts';
import { corePurity } from './checks/core-purity.ts';
import { environment } from './checks/environment.ts';
import { fileNames } from './checks/file-names.ts';
import { format } from './checks/format.ts';
import { generatedFiles } from './checks/generated-files.ts';
import { importDirections } from './checks/import-directions.ts';
import { lint } from './checks/lint.ts';
import { machineNames } from './checks/machine-names.ts';
import { types } from './checks/types.ts';
import { unusedCode } from './checks/unused-code.ts';

/** What must hold before anything is merged. `npm run check -- types lint` runs only those. */
const checks: Readonly<Record<string, Check>> = {
  types,
  lint,
  format,
  'unused code': unusedCode,
  'import directions': importDirections,
  'core purity': corePurity,
  environment,
  'file names': fileNames,
  'generated files': generatedFiles,
  conformance,
  'agent bundle': agentBundle,
  changelog,
  'machine names': machineNames,
};

/** The big tools use several threads each; more than two at a time only wait for each other. */
const AT_ONCE = 2;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`no check called ${unknown.join(', ')}; there are: ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

const queue = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const failures = new Map<string, readonly string[]>();
await Promise.all(Array.from({ length: AT_ONCE }, worker));

for (const [name, problems] of failures) console.log(`\n--- ${name} ---\n${problems.join('\n')}`);
if (failures.size > 0) process.exitCode = 1;

async function worker(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) await runOne(...next);
}

async function runOne(name: string, check: Check): Promise<void> {
  const began = performance.now();
  const problems = await check().catch((error: unknown) => [
    error instanceof Error ? `${error.stack}` : String(error),
  ]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (problems.length > 0) failures.set(name, problems);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${seconds.padStart(5)} s`);
}
