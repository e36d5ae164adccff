import type { CompiledQuery } from 'kysely';

/** Makes the statement for some values. */
export type Prepared<Values, Row = unknown> = (values: Values) => CompiledQuery<Row>;

/**
 * A statement that is built and compiled once and then only filled: building costs more than SQLite needs to run it. `build` is called once,
 * with a placeholder for each value it asks for, so it must not look at the values, only pass them on.
 */
export function prepared<Values extends object, Row>(
  build: (values: Values) => { compile(): CompiledQuery<Row> },
): Prepared<Values, Row> {
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });
  const compiled = build(placeholders as Values).compile();
  return (values) => ({
    ...compiled,
    parameters: compiled.parameters.map((value) =>
      value instanceof Placeholder ? values[value.name as keyof Values] : value,
    ),
  });
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}
