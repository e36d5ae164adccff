import type { Answer, RunCreateInput, Script, ScriptDefinitionInput } from '@errand/contract';
import type { WaitOptions } from './run-handle.ts';
import type { CreatedRun, CreateOptions, Runs } from './runs.ts';
import type { Transport } from './transport.ts';

/** What may be said about a call besides its arguments. */
export type CallOptions = Omit<RunCreateInput, 'command' | 'shell' | 'script' | 'args' | 'caller'> &
  CreateOptions;

/** A call of a script: a run whose result has a type. */
export interface ScriptRun<Result> extends CreatedRun {
  /** Waits for the end and answers the result; throws an ErrandRunError where the run did not succeed. */
  result<Value = Result>(options?: WaitOptions): Promise<Value>;
}

export type ScriptName = NonNullable<RunCreateInput['script']>;

/**
 * Registers and calls scripts.
 *
 *     const run = await errand.scripts.call<{ mbit: number }>('netspeed', { seconds: 5 }, { pool: 'lab' });
 *     console.log((await run.result()).mbit);
 */
export class Scripts {
  readonly #transport: Transport;
  readonly #runs: Runs;

  constructor(transport: Transport, runs: Runs) {
    this.#transport = transport;
    this.#runs = runs;
  }

  /** Every script that the key may call, those that agents offer among them. */
  async list(): Promise<readonly Script[]> {
    return (await this.#transport.request('listScripts', {})).scripts;
  }

  /** The script that a call of this name would call. `owner`: only the one of that owner; null: only the one for everybody. */
  get(name: string, options: { readonly owner?: string | null } = {}): Promise<Answer<'getScript'>> {
    return this.#transport.request('getScript', { params: { name }, query: queryOf(options) });
  }

  /** Registers a script, or replaces the one of that name. */
  set(name: string, script: ScriptDefinitionInput): Promise<Script> {
    return this.#transport.request('setScript', { params: { name }, body: script });
  }

  async remove(name: string, options: { readonly owner?: string | null } = {}): Promise<void> {
    await this.#transport.request('removeScript', { params: { name }, query: queryOf(options) });
  }

  /** Submits a call; resolves once it is stored. `script` may name the version it means by its sha256. */
  async call<Result = unknown>(
    script: ScriptName,
    args: object,
    options: CallOptions = {},
  ): Promise<ScriptRun<Result>> {
    const { idempotencyKey, signal, ...about } = options;
    const created = {
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(signal === undefined ? {} : { signal }),
    };
    return await this.#runs.create(
      { ...about, script, args: Object.fromEntries(Object.entries(args)) },
      created,
    );
  }
}

/** In a query null cannot be said: empty means everybody. */
function queryOf({ owner }: { readonly owner?: string | null }): { readonly owner?: string } {
  return owner === undefined ? {} : { owner: owner ?? '' };
}
