import { Agent, attemptId, type Keeper, type Keepers, noHosting, noScripts, type Spool } from '@errand/agent';
import type { AgentLink, AttemptName } from '@errand/contract';
import { SleepyTimeline } from '../time/sleepy-timeline.ts';
import { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import { FakeKeeper } from './fake-keeper.ts';
import { FakeSpool } from './fake-spool.ts';
import { KeeperConnection } from './keeper-connection.ts';
import { labelsOf } from './labels.ts';
import { VirtualDisk } from './virtual-disk.ts';

const SOCKET = 'keeper.sock';
const ACCOUNT = { user: 'u', home: '/', shell: '/bin/sh', path: '/bin' };
const SPOOL_AT_ONCE = [
  'prefixOf',
  'isFenced',
  'folderFor',
  'create',
  'take',
  'list',
  'slots',
  'fence',
  'openLog',
  'resultOf',
] as const;
const KEEPER_AT_ONCE = ['kill', 'input', 'endInput', 'resize', 'forget', 'onEvent'] as const;

export interface MachineParts {
  readonly world: World;
  readonly name: string;
  readonly agentId: string;
  readonly pool: string;
  readonly slots: number;
  /** How far its clock is off. */
  readonly skewMs: number;
}

/** A machine with its disk, its keeper, its commands and the agent that comes and goes on it. */
export class Machine {
  readonly name: string;
  readonly agentId: string;
  readonly pool: string;
  readonly disk = new VirtualDisk();
  agent: VirtualProcess | undefined;
  /** Taken away for good: nobody starts its agent again. */
  gone = false;
  readonly #world: World;
  readonly #slots: number;
  readonly #skewMs: number;
  readonly #timeline: SleepyTimeline;
  #keeper: FakeKeeper | undefined;

  constructor({ world, name, agentId, pool, slots, skewMs }: MachineParts) {
    this.#world = world;
    this.#skewMs = skewMs;
    this.#timeline = new SleepyTimeline(world.timeline);
    this.name = name;
    this.agentId = agentId;
    this.pool = pool;
    this.#slots = slots;
  }

  /** Starts an agent in this process. `link`: its way to the control plane. */
  startAgent(process: VirtualProcess, link: AgentLink): void {
    this.#world.trace.note(`${this.name}: agent starts`);
    this.agent = process;
    const spool: Spool = process.guard<Spool>(new FakeSpool(this.disk), SPOOL_AT_ONCE);
    const log = (message: string, fields?: object): void =>
      this.#world.trace.note(`${this.name}: ${message} ${JSON.stringify(fields ?? {})}`);
    const agent = new Agent({
      link,
      keepers: this.#keepers(process),
      spool,
      clock: { now: () => this.now(), sleep: (ms, signal) => process.sleep(ms, signal) },
      log: { info: log, warn: log },
      random: () => this.#world.random.unit(),
      account: ACCOUNT,
      secrets: [],
      scripts: noScripts,
      hosting: noHosting,
      name: this.name,
      labels: labelsOf(this.#world.profile, this.agentId),
      slots: this.#slots,
      program: '0',
    });
    agent.start().catch((error: unknown) => {
      if (process.alive) this.#world.trace.fail(2, 'SIM-AGENT-1', `${this.name}: no start: ${String(error)}`);
    });
  }

  newProcess(): VirtualProcess {
    return new VirtualProcess(`agent ${this.name}`, this.#world.timeline);
  }

  now(): number {
    return WALL_START + this.#world.timeline.now + this.#skewMs;
  }

  /** A laptop's lid: agent, keeper and commands do nothing for a while, and then go on as if no time had passed. */
  sleep(ms: number): void {
    this.#world.trace.note(`${this.name}: sleeps for ${ms} ms`);
    this.#timeline.sleep(ms);
    this.#world.history.slept(this.name, ms);
    this.agent?.stall(ms);
  }

  /** Nothing starts on it. */
  get isAsleep(): boolean {
    return this.#timeline.isAsleep;
  }

  killKeeper(): void {
    this.#world.trace.note(`${this.name}: keeper dies`);
    this.#keeper?.die();
  }

  /** Everything that runs ends; the disk stays, but for what no `fsync` has put there where the power failed. */
  reboot(how: 'orderly' | 'power failure'): void {
    this.#world.trace.note(`${this.name}: reboots (${how})`);
    this.agent?.kill();
    this.#keeper?.die();
    for (const deed of this.#world.history.commandsOf(this.name)) {
      deed.command?.vanish();
      deed.powerFailed ||= how === 'power failure';
    }
    this.#timeline.wake();
    this.disk.boot += 1;
    if (how === 'power failure') this.disk.forget(this.now() - UNSYNCED_MS);
  }

  #keepers(process: VirtualProcess): Keepers {
    const world = this.#world;
    const connect = async (): Promise<Keeper | null> => {
      await process.sleep(world.random.between(0, 2));
      if (world.random.chance(world.profile.keeperRefuses)) throw new Error('EAGAIN');
      const keeper = this.#keeper;
      if (keeper === undefined || !keeper.alive) return null;
      return process.guard<Keeper>(
        new KeeperConnection({ world, timeline: this.#timeline }, keeper, process),
        KEEPER_AT_ONCE,
      );
    };
    const open = async (): Promise<Keeper> => {
      if (this.#keeper?.alive !== true) {
        this.#keeper = new FakeKeeper({
          world,
          machine: this.name,
          disk: this.disk,
          clock: () => this.now(),
          timeline: this.#timeline,
        });
      }
      return (await connect()) ?? open();
    };
    const endOrphans = async (attempt: AttemptName): Promise<number> => {
      await process.sleep(world.random.between(0, 40));
      const command = world.history.find(attemptId(attempt))?.command;
      const found = command?.mortal ?? 0;
      command?.signal(KILL);
      return found;
    };
    return {
      own: SOCKET,
      connect: () => process.call('connect', connect),
      open: () => process.call('open', open),
      endOrphans: (attempt) => process.call('endOrphans', () => endOrphans(attempt)),
    };
  }
}

const KILL = 9;
/** How long what was written may still be in memory only. */
const UNSYNCED_MS = 5_000;
/** Where the wall clocks stand when a simulation begins. */
export const WALL_START = 1_700_000_000_000;
