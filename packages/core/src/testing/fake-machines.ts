import type { Clock } from '../ports/clock.ts';
import type { LaunchRequest, StopWish } from '../ports/provider.ts';
import type { Handle, SessionSpec } from '../session/record.ts';

/** A machine of the fake provider. Times are steady ms. */
export interface FakeMachine {
  readonly id: string;
  readonly handle: Handle;
  readonly sessionId: string;
  readonly tag: string;
  readonly madeAt: number;
  key: string;
  spec: SessionSpec;
  env: Readonly<Record<string, string>>;
  state: 'making' | 'running' | 'stopping' | 'kept' | 'ending' | 'gone';
  /** When the state it is coming into is reached. */
  due: number;
  /** The longest lease it was ever told. */
  leaseUntil: number;
  goneAt: number | null;
  /** Is what it has on disk there? */
  hasDisk: boolean;
  /** Its disk goes once it is stopped. */
  dropsDisk: boolean;
  cpuMs: number;
  /** When that was so; null: it is so now. */
  cpuSeenAt: number | null;
  /** In ms since 1970, as the provider tells it. */
  trafficAt: number | null;
}

export interface FakeMachinesOptions {
  readonly clock: Pick<Clock, 'now' | 'steady'>;
  readonly bootMs: number;
  readonly endMs: number;
  readonly staleMs: number;
  readonly deadMan: boolean;
}

/** The truth behind the fake provider. Without timers: every look first lets happen what was due since the last. */
export class FakeMachines {
  readonly #options: FakeMachinesOptions;
  readonly #machines = new Map<string, FakeMachine>();
  readonly #byKey = new Map<string, string>();
  readonly #listeners = new Set<(machine: FakeMachine) => void>();
  readonly #deaf = new Set<string>();
  #later: { readonly at: number; readonly act: () => void }[] = [];

  constructor(options: FakeMachinesOptions) {
    this.#options = options;
  }

  /** Everything that was ever made, gone or not. */
  all(): readonly FakeMachine[] {
    this.#settle();
    return [...this.#machines.values()];
  }

  /** What costs money for being there, kept storage apart. */
  alive(): readonly FakeMachine[] {
    return this.all().filter(({ state }) => state !== 'gone' && state !== 'kept');
  }

  /** What somebody did behind the provider's back: it is gone, or its disk is all that is left. */
  vanish(id: string): void {
    const machine = this.#machines.get(id);
    if (machine === undefined) return;
    this.#end(machine, this.#options.clock.steady());
    for (const heard of this.#listeners) heard(machine);
  }

  /** From now on it takes every renewal of its lease, and forgets it. */
  deafen(id: string): void {
    this.#deaf.add(id);
  }

  /** Hears of what vanishes, until the returned function is called. */
  onVanish(listener: (machine: FakeMachine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  later(at: number, act: () => void): void {
    this.#later.push({ at, act });
  }

  of({ data }: Handle): FakeMachine | undefined {
    this.#settle();
    return this.#machines.get(String(data['machine']));
  }

  launch(request: LaunchRequest): Handle {
    this.#settle();
    const known = this.#byKey.get(request.key);
    const machine = known === undefined ? this.#make(request) : this.#machines.get(known);
    if (machine === undefined) throw new Error('FAKE-1: a key without a machine');
    return machine.handle;
  }

  /** A second machine for what was made under this key last. */
  twin(key: string): void {
    const first = this.#machines.get(this.#byKey.get(key) ?? '');
    if (first === undefined) return;
    const { sessionId, tag, spec, env } = first;
    const leaseMs = first.leaseUntil - this.#options.clock.steady();
    this.#make({ key, sessionId, tag, spec, env, leaseMs, owner: '', subdomain: '' });
    this.#byKey.set(key, first.id);
  }

  start(kept: Handle, request: LaunchRequest): Handle {
    const machine = this.of(kept);
    if (machine === undefined || machine.state === 'gone') return this.launch(request);
    if (this.#byKey.has(request.key)) return machine.handle;
    this.#byKey.set(request.key, machine.id);
    const now = this.#options.clock.steady();
    const leaseUntil = now + request.leaseMs;
    Object.assign(machine, {
      ...request,
      ...WITH_DISK,
      state: 'making',
      due: now + this.#options.bootMs,
      leaseUntil,
    });
    return machine.handle;
  }

  renew(handle: Handle, leaseMs: number): void {
    const machine = this.of(handle);
    if (machine !== undefined && isUp(machine) && !this.#deaf.has(machine.id))
      machine.leaseUntil = Math.max(machine.leaseUntil, this.#options.clock.steady() + leaseMs);
  }

  stop(handle: Handle, { deleteVolumes = false }: StopWish = {}): 'done' | 'pending' {
    const machine = this.of(handle);
    if (machine !== undefined && deleteVolumes) machine.dropsDisk = true;
    if (machine?.state === 'kept' && machine.dropsDisk) machine.hasDisk = false;
    return this.#bring(handle, 'stopping', ['kept', 'gone']);
  }

  terminate(handle: Handle): 'done' | 'pending' {
    return this.#bring(handle, 'ending', ['gone']);
  }

  /** As it was `staleMs` ago at the worst: what was made since then is missing, what ended since then is shown. */
  list(tag: string): readonly FakeMachine[] {
    const { clock, staleMs } = this.#options;
    const seen = clock.steady() - staleMs;
    return this.all().filter(
      (machine) =>
        machine.tag === tag && machine.madeAt <= seen && (machine.goneAt === null || machine.goneAt > seen),
    );
  }

  #make({ key, sessionId, tag, spec, env, leaseMs }: LaunchRequest): FakeMachine {
    const { clock, bootMs } = this.#options;
    const id = `machine-${this.#machines.size + 1}`;
    const madeAt = clock.steady();
    const machine: FakeMachine = {
      id,
      handle: { v: 1, data: { machine: id } },
      sessionId,
      tag,
      madeAt,
      key,
      spec,
      env,
      state: 'making',
      due: madeAt + bootMs,
      leaseUntil: madeAt + leaseMs,
      goneAt: null,
      ...WITH_DISK,
      cpuMs: 0,
      cpuSeenAt: null,
      trafficAt: null,
    };
    this.#machines.set(id, machine);
    this.#byKey.set(key, id);
    this.#settle();
    return machine;
  }

  #bring(
    handle: Handle,
    towards: 'stopping' | 'ending',
    done: readonly FakeMachine['state'][],
  ): 'done' | 'pending' {
    const machine = this.of(handle);
    if (machine === undefined || done.includes(machine.state)) return 'done';
    // What is being ended cannot be kept any more.
    if (machine.state !== towards && machine.state !== 'ending') {
      machine.state = towards;
      machine.due = this.#options.clock.steady() + this.#options.endMs;
      this.#settle();
    }
    return done.includes(machine.state) ? 'done' : 'pending';
  }

  #settle(): void {
    const now = this.#options.clock.steady();
    const due = this.#later.filter(({ at }) => at <= now);
    this.#later = this.#later.filter(({ at }) => at > now);
    for (const { act } of due) act();
    for (const machine of this.#machines.values()) this.#advance(machine, now);
  }

  #advance(machine: FakeMachine, now: number): void {
    if (this.#options.deadMan && isUp(machine) && machine.leaseUntil <= now)
      this.#end(machine, machine.leaseUntil);
    if (machine.due > now) return;
    if (machine.state === 'making') machine.state = 'running';
    if (machine.state === 'stopping') {
      machine.state = 'kept';
      machine.hasDisk = !machine.dropsDisk;
    }
    if (machine.state === 'ending') this.#end(machine, machine.due);
  }

  #end(machine: FakeMachine, at: number): void {
    machine.state = 'gone';
    machine.hasDisk = false;
    machine.goneAt ??= at;
  }
}

const WITH_DISK = { hasDisk: true, dropsDisk: false } as const;

function isUp({ state }: FakeMachine): boolean {
  return state === 'making' || state === 'running';
}
