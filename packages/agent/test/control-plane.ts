import type {
  AgentFact,
  AgentLink,
  AppendAnswer,
  AppendPiece,
  AppendRequest,
  AttemptName,
  CancelOrder,
  HelloAnswer,
  HelloRequest,
  InputAnswer,
  InputRequest,
  Lease,
  PollAnswer,
  PollRequest,
  ReportAnswer,
  ReportRequest,
} from '@errand/contract';

type Ended = Extract<AgentFact, { kind: 'ended' }>;

/** What the control plane of the tests knows of one run. */
export interface TestRun {
  lease: Lease;
  token: number;
  state: 'queued' | 'leased' | 'running' | 'finished';
  pieces: AppendPiece[];
  size: number;
  grown: number;
  startedAt: number | undefined;
  /** Who asked at the door: nobody else is heard. */
  claimant: string | undefined;
  end: Ended | undefined;
  cancel: CancelOrder | undefined;
  facts: string[];
  input: Buffer;
  inputEnded: boolean;
}

/** What goes wrong with a call: nobody hears of it, or nobody hears the answer. */
export type Fault = 'none' | 'request' | 'answer';

/** A control plane in memory that follows the protocol to the letter, with faults on demand. */
export class TestControlPlane implements AgentLink {
  readonly runs = new Map<string, TestRun>();
  /** Asked before each call. */
  fault: (call: string) => Fault = () => 'none';
  appendBytes = 256 * 1024;
  appended = 0;
  keyMs = 3_600_000;
  /** Cancel orders given so far. */
  cancels = 0;
  readonly #waiting = new Set<() => void>();
  /** Rises with all that changes, so that nobody sleeps through what happened while they looked. */
  #version = 0;
  readonly #born = performance.timeOrigin;
  #next = 1;

  submit(argv: readonly string[], more: Partial<Lease> = {}): TestRun {
    // As unique as real ones: agents find the tree of a dead keeper by the id in its environment, in every test that runs now.
    const runId = `run_${process.pid}x${this.#born}x${String(this.#next).padStart(4, '0')}`;
    this.#next += 1;
    const lease: Lease = {
      runId,
      token: 0,
      argv,
      env: {},
      secretNames: [],
      cwd: null,
      stdin: 'none',
      timeoutMs: null,
      graceMs: 500,
      maxLogBytes: 1_000_000_000,
      keepChildren: false,
      tty: null,
      logPlace: null,
      script: null,
      ...more,
    };
    const run: TestRun = {
      lease,
      token: 0,
      state: 'queued',
      pieces: [],
      size: 0,
      grown: 0,
      startedAt: undefined,
      claimant: undefined,
      end: undefined,
      cancel: undefined,
      facts: [],
      input: Buffer.alloc(0),
      inputEnded: false,
    };
    this.runs.set(runId, run);
    this.#tell();
    return run;
  }

  cancel(run: TestRun, kill = false, signal: 'INT' | 'TERM' = 'TERM'): void {
    run.cancel = { runId: run.lease.runId, token: run.token, signal, kill };
    this.#tell();
  }

  /** Gives the run to somebody else: what the agent holds of it is void from now on. */
  supersede(run: TestRun): void {
    run.token += 1;
    run.state = 'finished';
    this.#tell();
  }

  write(run: TestRun, bytes: Uint8Array, ended = false): void {
    run.input = Buffer.concat([run.input, bytes]);
    run.inputEnded = ended;
    this.#tell();
  }

  logOf(run: TestRun, stream?: 'stdout' | 'stderr'): Buffer {
    return Buffer.concat(
      run.pieces.filter((piece) => stream === undefined || piece.stream === stream).map(({ bytes }) => bytes),
    );
  }

  /** Resolves when this holds; looked at after each call of an agent, and now and then. */
  async until(what: () => boolean, why: string, ms = 20_000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!what()) {
      if (performance.now() > deadline) throw new Error(`waited in vain: ${why}`);
      await this.#news(50, new AbortController().signal);
    }
  }

  /** Of the last agent that said hello. */
  presented: HelloRequest | undefined;

  hello(request?: HelloRequest): Promise<HelloAnswer> {
    this.presented = request;
    const { appendBytes, keyMs } = this;
    const policy = { leaseMs: 30_000, pollIdleMs: 5_000, pollHeldMs: 1_000, appendBytes, keyMs };
    return this.#call('hello', () => ({ agentId: 'agt_1', pool: 'default', policy }));
  }

  async poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer> {
    const deadline = performance.now() + request.waitMs;
    const nothing: PollAnswer = { leases: [], cancels: [], superseded: [], windows: [] };
    for (;;) {
      const seen = this.#version;
      const answer = await this.#call('poll', () => (signal.aborted ? nothing : this.#newsFor(request)));
      const some = Object.values(answer).some((list: readonly unknown[]) => list.length > 0);
      const left = deadline - performance.now();
      if (some || signal.aborted || left <= 0) return answer;
      await this.#news(left, signal, seen);
    }
  }

  append({ runId, token, pieces }: AppendRequest): Promise<AppendAnswer> {
    return this.#call('append', () => {
      const run = this.#present({ runId, token });
      if (run === undefined) return { kind: 'superseded' };
      for (const piece of pieces) this.#put(run, piece);
      return { kind: 'size', size: run.size };
    });
  }

  grew({ runId, token }: AttemptName, size: number): void {
    const run = this.#present({ runId, token });
    if (run !== undefined) run.grown = size;
    this.#tell();
  }

  report({ runId, token, claimant, fact }: ReportRequest): Promise<ReportAnswer> {
    return this.#call(fact.kind, () => {
      const run = this.#present({ runId, token });
      if (run === undefined || claimant !== (run.claimant ?? claimant)) return { kind: 'superseded' };
      if (fact.kind === 'starting') run.claimant = claimant;
      if (fact.kind === 'not_executed') run.claimant = undefined;
      run.facts.push(fact.kind);
      return { kind: observe(run, fact) ? 'accepted' : 'superseded' };
    });
  }

  async input({ runId, token, offset, waitMs }: InputRequest, signal: AbortSignal): Promise<InputAnswer> {
    const run = this.#present({ runId, token });
    if (run === undefined) return { bytes: new Uint8Array(), ended: true };
    if (offset >= run.input.length && !run.inputEnded) await this.#news(waitMs, signal);
    return this.#call('input', () => {
      const bytes = run.input.subarray(offset, offset + 200_000);
      return { bytes, ended: run.inputEnded && offset + bytes.length >= run.input.length };
    });
  }

  #put(run: TestRun, piece: AppendPiece): void {
    if (piece.offset > run.size || piece.offset + piece.bytes.length <= run.size) return;
    const bytes = Buffer.from(piece.bytes.subarray(run.size - piece.offset));
    run.pieces.push({ ...piece, offset: run.size, bytes });
    run.size += bytes.length;
    this.appended += piece.bytes.length;
  }

  #newsFor({ held, free }: PollRequest): PollAnswer {
    const runs = [...this.runs.values()];
    const holds = (run: TestRun) =>
      held.find((each) => each.runId === run.lease.runId && each.token === run.token);
    const again = runs.filter((run) => run.state === 'leased' && holds(run) === undefined);
    const fresh = runs.filter((run) => run.state === 'queued').slice(0, free);
    for (const run of fresh) {
      run.token += 1;
      run.state = 'leased';
    }
    return {
      leases: [...again, ...fresh].map((run) => ({ ...run.lease, token: run.token })),
      cancels: runs.flatMap((run) => {
        const known = holds(run)?.cancel;
        const wanted = run.cancel?.kill === true ? 'kill' : 'asked';
        const news = run.cancel !== undefined && known !== undefined && known !== 'kill' && known !== wanted;
        if (news) this.cancels += 1;
        return news && run.cancel !== undefined ? [{ ...run.cancel, token: run.token }] : [];
      }),
      superseded: held.filter((each) => this.#present(each) === undefined),
      windows: [],
    };
  }

  #present({ runId, token }: AttemptName): TestRun | undefined {
    const run = this.runs.get(runId);
    return run?.token === token ? run : undefined;
  }

  async #call<T>(name: string, answer: () => T): Promise<T> {
    const fault = this.fault(name);
    if (fault === 'request') throw new Error(`${name}: the request was lost`);
    const value = answer();
    if (fault === 'answer') throw new Error(`${name}: the answer was lost`);
    await Promise.resolve();
    if (name !== 'poll') this.#tell();
    return value;
  }

  #tell(): void {
    this.#version += 1;
    for (const wake of this.#waiting) wake();
  }

  #news(ms: number, signal: AbortSignal, seen = this.#version): Promise<void> {
    if (seen !== this.#version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** False: the run has gone on without this attempt. */
function observe(run: TestRun, fact: AgentFact): boolean {
  if (fact.kind === 'starting') {
    if (run.state === 'queued' || run.state === 'finished') return false;
    run.state = 'running';
  } else if (fact.kind === 'started') run.startedAt = fact.at;
  else if (fact.kind === 'not_executed') {
    if (run.state !== 'finished') run.state = 'queued';
  } else if (run.state === 'running') {
    run.state = 'finished';
    run.end = fact;
  }
  return true;
}
