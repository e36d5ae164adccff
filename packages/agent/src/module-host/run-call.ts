import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { controlPlaneOf, type ModuleControlPlane } from './control-plane.ts';
import { functionOf, isStandardSchema } from './describe-module.ts';
import { loadModule, type ModuleExports, type ModuleFile } from './load-module.ts';

export interface CallRequest {
  readonly file: ModuleFile;
  readonly variables: NodeJS.ProcessEnv;
  /** Aborts when the call is to end. */
  readonly signal: AbortSignal;
  readonly workDir: string;
}

/** The second argument of a module's `run(args, context)`. */
export interface ModuleContext {
  readonly args: Readonly<Record<string, unknown>>;
  readonly runId: string;
  /** Aborts when the run is canceled or its time is over; what has not ended after the grace is killed. */
  readonly signal: AbortSignal;
  /** A folder of this run; relative paths start there. */
  readonly workDir: string;
  /** A line on stderr. */
  readonly log: (...parts: readonly unknown[]) => void;
  /** How far it is, for people: a part from 0 to 1, or a sentence. A line on stderr. */
  readonly progress: (how: number | string) => void;
  readonly controlPlane: ModuleControlPlane;
}

/** More would be refused where it is stored. */
const RESULT_BYTES = 1024 * 1024;
const FAILED = 1;

/** Calls the module's function; answers the exit status. The returned value goes to the result file as JSON. */
export async function runCall({ file, variables, signal, workDir }: CallRequest): Promise<number> {
  const controlPlane = controlPlaneOf(variables);
  try {
    const loaded = await loadOnce(file);
    const run = functionOf(loaded);
    if (run === undefined) throw new Error('a module exports a function `run(args, context)`');
    const given = JSON.parse(variables['ERRAND_ARGS'] ?? '{}') as Record<string, unknown>;
    const args = await checked(loaded, given);
    const context: ModuleContext = {
      args,
      runId: variables['ERRAND_RUN_ID'] ?? '',
      signal,
      workDir,
      log: (...parts) => console.error(...parts),
      progress: (how) => console.error(typeof how === 'number' ? `${Math.round(how * 100)} %` : how),
      controlPlane,
    };
    // Read before the call: the module may change its environment.
    const place = variables['ERRAND_RESULT'];
    const value = await run(args, context);
    if (value !== undefined && place !== undefined) writeResult(place, value);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? (error.stack ?? String(error)) : inspect(error));
    return FAILED;
  }
}

let module: Promise<ModuleExports> | undefined;

function loadOnce(file: ModuleFile): Promise<ModuleExports> {
  module ??= loadModule(file);
  return module;
}

/** By the module's own schema, whose defaults and conversions count, where it exports one of a library. */
async function checked(
  { parameters }: ModuleExports,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (!isStandardSchema(parameters)) return args;
  const outcome = (await parameters['~standard'].validate(args)) as {
    readonly value?: Record<string, unknown>;
    readonly issues?: readonly { readonly message: string }[];
  };
  if (outcome.issues === undefined) return outcome.value ?? args;
  throw new Error(`the arguments do not fit: ${outcome.issues.map(({ message }) => message).join('; ')}`);
}

/** What cannot be a result is told beside it: the call itself did its work. */
function writeResult(place: string, value: unknown): void {
  const problem = (why: string): void => writeFileSync(`${place}.problem`, why, { mode: 0o600 });
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return problem(`a ${typeof value} was returned, which JSON cannot hold`);
    const bytes = Buffer.byteLength(text);
    if (bytes > RESULT_BYTES) {
      return problem(`the returned value has ${bytes} bytes as JSON; a result may have ${RESULT_BYTES}`);
    }
    writeFileSync(place, text, { mode: 0o600 });
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    problem(`what was returned is no JSON: ${why}`);
  }
}
