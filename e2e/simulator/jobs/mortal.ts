/** Calls that leave something behind, by store: where a control plane may die, a moment before or a moment after. */
const WRITES: ReadonlySet<string> = new Set([
  'insert',
  'insertFor',
  'save',
  'launch',
  'start',
  'stop',
  'terminate',
]);

/** One control plane's life: it ends at a chosen write, or when it is killed; from then on nothing of it has any effect. */
export class Life {
  alive = true;
  /** Writes so far. */
  writes = 0;
  /** Of the kind of write at which it dies. */
  #counted = 0;
  readonly #dies: Death | null;
  readonly #over = Promise.withResolvers<never>();

  constructor(dies: Death | null) {
    this.#dies = dies;
    this.#over.promise.catch(() => undefined);
  }

  /** The answer to somebody outside, who hears that the connection broke where there will be none. */
  serve<Value>(answer: Promise<Value>): Promise<Value> {
    return Promise.race([answer, this.#over.promise]);
  }

  end(): void {
    this.alive = false;
    this.#over.reject(new Error('connection reset'));
  }

  /** The same object for this plane alone: a call of a dead plane has no effect, and its answer never comes. */
  guard<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === 'function') return this.#guarded(String(name), value.bind(target) as Call);
        return value;
      },
    });
  }

  #guarded(name: string, call: Call): Call {
    return (...args) => {
      if (!this.alive) return NEVER;
      if (!WRITES.has(name)) return this.#answered(call(...args));
      this.writes += 1;
      const dies = this.#diesAt(name);
      if (dies === 'before') this.end();
      if (!this.alive) return NEVER;
      const answer = call(...args);
      if (dies === 'after') this.end();
      return this.#answered(answer);
    };
  }

  #diesAt(name: string): Death['when'] | null {
    if (this.#dies === null || (this.#dies.method ?? name) !== name) return null;
    this.#counted += 1;
    return this.#dies.write === this.#counted ? this.#dies.when : null;
  }

  #answered(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (value: unknown) => (this.alive ? value : NEVER),
      (error: unknown) => (this.alive ? Promise.reject(error as Error) : NEVER),
    );
  }
}

export interface Death {
  /** Only these writes count; none: all do. */
  readonly method?: string;
  /** At which write, counted from 1 in the life of the plane. */
  readonly write: number;
  readonly when: 'before' | 'after';
}

type Call = (...args: unknown[]) => unknown;

const NEVER: Promise<never> = new Promise(() => undefined);
