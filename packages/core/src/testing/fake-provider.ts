import type { Clock } from '../ports/clock.ts';
import type { Found, Health, LaunchRequest, Observation, Provider } from '../ports/provider.ts';
import type { Handle, PortAddress, SessionSpec } from '../session/record.ts';
import { ProviderError, type ProviderErrorKind } from '../vocabulary/provider-error.ts';
import { type FakeMachine, FakeMachines } from './fake-machines.ts';

export type FakeCall = 'launch' | 'start' | 'find' | 'inspect' | 'renew' | 'stop' | 'terminate' | 'list';

/** What goes wrong with one call. */
export type FakeFault =
  /** Refused before it did anything. */
  | { readonly kind: 'error'; readonly error: ProviderErrorKind; readonly retryAfterMs?: number }
  /** It has its effect after a while (at most `settleMs`), but its answer never comes. */
  | { readonly kind: 'lost_answer'; readonly effectAfterMs: number }
  | { readonly kind: 'lost_request' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Done twice, as a network that repeats a request does it. */
  | { readonly kind: 'delivered_twice' }
  /** `launch` only: makes a second machine that nobody asked for. */
  | { readonly kind: 'twin' };

export interface FakeProviderOptions {
  readonly clock: Clock;
  readonly name?: string;
  /** From a launch until it runs, and from a stop or an end until it is done. */
  readonly bootMs?: number;
  readonly endMs?: number;
  readonly settleMs?: number;
  /** How old the answers of `list` may be; at most `settleMs`. */
  readonly staleMs?: number;
  /** false: nothing beside the compute ends it when its lease runs out. */
  readonly deadMan?: boolean;
  /** Asked before every call. */
  readonly fault?: (call: FakeCall, key: string) => FakeFault | null;
  /** What its health check says; `ok` if not given. null: the control plane asks by itself. */
  readonly health?: ((sessionId: string) => Health) | null;
  /** Where its ports are reached; an address that nobody has if not given. */
  readonly address?: (port: number) => Pick<PortAddress, 'host' | 'outerPort'>;
  readonly agent?: { readonly id: string; readonly pool: string } | null;
  /** Can a stop delete the volumes? It can if not given. */
  readonly deletesVolumes?: boolean;
  /** What makes its sessions stay for commands that come later. */
  readonly forRun?: Readonly<Record<string, unknown>>;
}

/** A provider in memory that does everything a real one may do to us. `machines` is the truth behind it. */
export interface FakeProvider extends Provider {
  readonly machines: FakeMachines;
  /** How often each call was made. */
  readonly calls: Map<FakeCall, number>;
}

/** Images that cannot be had, for the sentences that follow. */
const NO_SUCH_IMAGE = 'missing';

export function fakeProvider(options: FakeProviderOptions): FakeProvider {
  const { clock, bootMs = 0, endMs = 0, settleMs = 10_000, staleMs = 0, deadMan = true } = options;
  const machines = new FakeMachines({ clock, bootMs, endMs, staleMs, deadMan });
  const calls = new Map<FakeCall, number>();
  const health = options.health === undefined ? (): Health => ({ kind: 'ok' }) : options.health;

  /** One call with whatever goes wrong. `act` is the effect, at once and never by halves. */
  async function call<Answer>(name: FakeCall, key: string, act: () => Answer): Promise<Answer> {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const fault = options.fault?.(name, key) ?? null;
    await clock.sleep(fault?.kind === 'slow' ? fault.ms : 0);
    if (fault?.kind === 'error') throw failure(fault.error, fault.retryAfterMs);
    if (fault?.kind === 'lost_request') throw failure('transient');
    if (fault?.kind === 'lost_answer') {
      machines.later(clock.steady() + Math.min(fault.effectAfterMs, settleMs), () => void act());
      throw failure('transient');
    }
    if (fault?.kind === 'delivered_twice') act();
    const answer = act();
    if (fault?.kind === 'twin') machines.twin(key);
    return answer;
  }

  function observe(handle: Handle): Observation {
    const machine = machines.of(handle);
    if (machine === undefined || machine.state === 'gone') return { kind: 'gone' };
    if (machine.state === 'making') return { kind: 'pending', progress: 'booting' };
    if (machine.state !== 'running') return { kind: 'ended', reason: { kind: 'machine_gone' } };
    const { sessionId, cpuMs, trafficAt } = machine;
    const cpuSeenAt = machine.cpuSeenAt ?? undefined;
    const { address = (port) => ({ host: '192.0.2.1', outerPort: 40_000 + port }) } = options;
    const ports = machine.spec.ports.map(({ port }) => ({ port, ...address(port) }));
    const use = { trafficAt, cpuMs, cpuSeenAt, agent: options.agent ?? null };
    return { kind: 'running', ports, health: health === null ? null : health(sessionId), use };
  }

  return {
    name: options.name ?? 'fake',
    capabilities: {
      settleMs,
      checksHealth: health !== null,
      runs: options.agent === undefined ? 'none' : 'agent',
      inPool: false,
      atOnce: 100,
      deletesVolumes: options.deletesVolumes ?? true,
      forRun: options.forRun,
    },
    machines,
    calls,
    problems: (spec: SessionSpec) =>
      spec.image === NO_SUCH_IMAGE ? [{ field: 'image', message: 'must be an image that there is' }] : [],
    cost: () => ({ perHour: 0.05, currency: 'USD' }),
    launch: (request: LaunchRequest) => call('launch', request.key, () => machines.launch(request)),
    start: (kept, request) => call('start', request.key, () => machines.start(kept, request)),
    find: ({ key, sessionId, tag }) =>
      call('find', key, () => {
        const listed = machines.list(tag);
        return listed.find((each) => each.key === key && each.sessionId === sessionId)?.handle ?? null;
      }),
    inspect: (handle) => call('inspect', keyOf(handle), () => observe(handle)),
    renew: (handle, leaseMs) => call('renew', keyOf(handle), () => machines.renew(handle, leaseMs)),
    stop: (handle, wish) => call('stop', keyOf(handle), () => machines.stop(handle, wish)),
    terminate: (handle) => call('terminate', keyOf(handle), () => machines.terminate(handle)),
    list: (tag) => call('list', tag, () => machines.list(tag).map((machine) => found(machine, clock))),
    watch: async (tag, changed, signal) => {
      if (signal.aborted) return;
      const forget = machines.onVanish((machine) => void (machine.tag === tag && changed(machine.sessionId)));
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      forget();
    },
  };
}

function keyOf({ data }: Handle): string {
  return String(data['machine']);
}

function found(machine: FakeMachine, clock: Clock): Found {
  const { handle, key, sessionId, state, leaseUntil } = machine;
  const kept = state === 'kept' || state === 'stopping';
  return {
    handle,
    key,
    sessionId,
    state: kept ? 'kept' : 'running',
    leaseLeftMs: kept ? null : leaseUntil - clock.steady(),
  };
}

const SENTENCES: Readonly<Record<ProviderErrorKind, string>> = {
  capacity: 'there is no room for it now; try another size or place, or wait',
  quota: 'the account may not have more; raise its limit or end something',
  auth: 'the credentials of the control plane were refused; give it valid ones',
  config: 'what was asked for cannot be; change the specification',
  transient: 'the provider did not answer',
};

function failure(kind: ProviderErrorKind, retryAfterMs?: number): ProviderError {
  return new ProviderError(kind, SENTENCES[kind], retryAfterMs === undefined ? {} : { retryAfterMs });
}
