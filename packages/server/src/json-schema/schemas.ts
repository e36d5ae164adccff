import { type Clock, ErrandError, type JsonSchema } from '@errand/core';
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import { type Fault, faultOf } from './fault.ts';
import { unfitJson } from './json-limits.ts';
import { DeadlineError, StalledError, underDeadline } from './under-deadline.ts';

/** A schema of the largest size that we take needs about half of it. */
const COMPILE_MS = 1_000;
/** Some thousand times what real arguments need. One that takes longer gets a second try of a quarter of a second: as long it may hold up the process. */
const CHECK_MS = 50;
/** A schema that went astray is not tried again for this long, so that it costs a share of a percent, not everything. */
const ASTRAY_MS = 60_000;
/** Compiled schemas that are kept. */
const KEPT = 500;
const MOST_FAULTS = 20;
const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Checks values against JSON Schemas of draft 2020-12 that somebody else wrote. Nothing is ever fetched: a `$ref` leads within its schema or
 * nowhere. `format` is an annotation, as the draft has it. Every compilation and every check has a deadline; see {@link underDeadline}.
 */
export class Schemas {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #astray = new Map<string, number>();
  #ajv: Ajv2020 | null = null;

  constructor(clock: Pick<Clock, 'steady'>) {
    this.#clock = clock;
  }

  /** Loads what checks. To be awaited once before the others are called: most control planes never have a script. */
  async load(): Promise<void> {
    this.#ajv ??= await newAjv();
  }

  /** Throws `invalid`, with a sentence, where it is no schema that can be used. `what`: such as `parameters`. */
  check(what: string, schema: JsonSchema): void {
    this.#validator(what, schema);
  }

  /** A copy of the value with the defaults of the schema filled in, or what is wrong with it. */
  checked(what: string, schema: JsonSchema, value: unknown): Checked {
    const unfit = unfitJson(value);
    if (unfit !== null) return { ok: false, faults: [{ path: '', message: unfit }] };
    const validate = this.#validator(what, schema);
    const copy = structuredClone(value);
    const fits = this.#limited(CHECK_MS, { what, key: JSON.stringify(schema) }, () => validate(copy));
    if (fits) return { ok: true, value: copy };
    return { ok: false, faults: (validate.errors ?? []).slice(0, MOST_FAULTS).map(faultOf) };
  }

  #validator(what: string, schema: JsonSchema): ValidateFunction {
    const unfit = unfitJson(schema);
    if (unfit !== null) throw new ErrandError('invalid', `${what}: it ${unfit}`);
    const key = JSON.stringify(schema);
    const known = this.#compiled.get(key);
    const validate = known ?? this.#compile(what, schema, key);
    // The last used are the last to be forgotten.
    this.#compiled.delete(key);
    this.#compiled.set(key, validate);
    this.#forgetOldest();
    return validate;
  }

  #compile(what: string, schema: JsonSchema, key: string): ValidateFunction {
    checkDialect(what, schema);
    const ajv = this.#ajv;
    if (ajv === null) throw new Error('SCHEMA-1: a schema was used before what checks was loaded');
    try {
      return this.#limited(COMPILE_MS, { what, key }, () => ajv.compile(schema));
    } catch (error) {
      if (error instanceof ErrandError) throw error;
      throw new ErrandError('invalid', `${what}: ${whyUnusable(error)}`, { cause: error });
    } finally {
      // Its own memory of schemas has no limit; ours has.
      ajv.removeSchema(schema);
    }
  }

  #limited<Result>(
    ms: number,
    { what, key }: { readonly what: string; readonly key: string },
    work: () => Result,
  ): Result {
    const since = this.#astray.get(key);
    if (since !== undefined && this.#clock.steady() - since < ASTRAY_MS) throw tookTooLong(what);
    this.#astray.delete(key);
    try {
      return underDeadline(ms, work);
    } catch (error) {
      if (error instanceof StalledError)
        throw new ErrandError('unavailable', `${what}: the machine is too busy to check it; try again`);
      if (!(error instanceof DeadlineError)) throw error;
      if (this.#astray.size >= KEPT) this.#astray.clear();
      this.#astray.set(key, this.#clock.steady());
      throw tookTooLong(what);
    }
  }

  #forgetOldest(): void {
    for (const key of this.#compiled.keys()) {
      if (this.#compiled.size <= KEPT) return;
      this.#compiled.delete(key);
    }
  }
}

async function newAjv(): Promise<Ajv2020> {
  const { Ajv2020: Checker } = await import('./ajv.ts');
  const checker = new Checker({
    allErrors: true,
    useDefaults: true,
    // What every object inherits is no property of it.
    ownProperties: true,
    // Words that the draft does not know are annotations, such as those of other tools.
    strict: false,
    validateFormats: false,
    addUsedSchema: false,
    logger: false,
  });
  // The schema of schemas is compiled here: a deadline that fell into that would leave it half made for good.
  checker.compile({});
  return checker;
}

function checkDialect(what: string, schema: JsonSchema): void {
  const { $schema: dialect = null } = schema;
  if (dialect !== null && !(typeof dialect === 'string' && DIALECT.test(dialect))) {
    const wanted = 'https://json-schema.org/draft/2020-12/schema';
    throw new ErrandError('invalid', `${what}: $schema must be ${wanted}, or be left out`);
  }
  if ('$async' in schema) throw new ErrandError('invalid', `${what}: $async is no word of JSON Schema`);
}

function whyUnusable(error: unknown): string {
  if (!(error instanceof Error)) return 'is no JSON Schema';
  if ('missingRef' in error)
    return `$ref leads to ${String(error.missingRef)}, which is not in the schema; nothing is fetched, so put it under $defs and refer to #/$defs/...`;
  return `is no JSON Schema: ${error.message.slice(0, 500)}`;
}

function tookTooLong(what: string): ErrandError {
  const why = 'a pattern such as (a+)+ may be the reason, or a very large schema';
  return new ErrandError(
    'invalid',
    `${what}: checking against the schema took too long; ${why}. Simplify it`,
  );
}
