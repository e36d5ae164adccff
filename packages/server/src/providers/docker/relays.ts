import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PortAddress, type PortSpec, ProviderError } from '@errand/core';
import { openRelay, type Relay } from './relay.ts';

interface Held {
  readonly spec: PortSpec;
  readonly relay: Relay;
}

/** What is remembered of a port, so that it is the same after a restart. */
interface Noted extends PortSpec {
  readonly outerPort: number;
}

/** The ports of all sessions, by their launch. Which they are lies in the folder: a new control plane opens the same ones again. */
export class Relays implements AsyncDisposable {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #held = new Map<string, Promise<readonly Held[]>>();

  constructor(folder: string, now: () => number) {
    this.#folder = join(folder, 'ports');
    this.#now = now;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Launches whose ports are remembered. */
  known(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => !name.endsWith('.new'));
  }

  /** Holds the ports; those that it holds already stay. Throws `capacity` where none is free, and holds none then. */
  async open(launch: string, specs: readonly PortSpec[]): Promise<void> {
    if (specs.length === 0) return;
    const holding = this.#held.get(launch) ?? this.#openAll(launch, specs);
    this.#held.set(launch, holding);
    await holding;
  }

  /** As `open`, with the ports that are remembered; nothing where none are. */
  async reopen(launch: string): Promise<void> {
    await this.open(launch, this.#noted(launch));
  }

  /** Has the ports lead to these of the engine, by the port inside; null: nowhere. Answers where they are reached. */
  async aim(
    launch: string,
    targets: ReadonlyMap<number, number>,
  ): Promise<{ readonly ports: readonly PortAddress[]; readonly usedAt: number | null }> {
    const held = (await this.#held.get(launch)) ?? [];
    for (const { spec, relay } of held) relay.aim(targets.get(spec.port) ?? null);
    const ports = held.map(({ spec, relay }) => ({
      port: spec.port,
      host: reachedAt(spec.bind),
      outerPort: relay.outerPort,
    }));
    const uses = held.flatMap(({ relay }) => relay.usedAt ?? []);
    return { ports, usedAt: uses.length === 0 ? null : Math.max(...uses) };
  }

  /** Lets the ports go, but remembers which they were. */
  async close(launch: string): Promise<void> {
    const held = await this.#held.get(launch)?.catch(() => []);
    this.#held.delete(launch);
    await Promise.all((held ?? []).map(({ relay }) => relay.close()));
  }

  async forget(launch: string): Promise<void> {
    await this.close(launch);
    rmSync(join(this.#folder, launch), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#held.keys()].map((launch) => this.close(launch)));
  }

  async #openAll(launch: string, specs: readonly PortSpec[]): Promise<readonly Held[]> {
    const before = new Map(this.#noted(launch).map(({ port, outerPort }) => [port, outerPort]));
    const held: Held[] = [];
    try {
      for (const spec of specs)
        held.push({ spec, relay: await this.#openOne(spec, before.get(spec.port) ?? null) });
    } catch (error) {
      this.#held.delete(launch);
      await Promise.all(held.map(({ relay }) => relay.close()));
      throw error;
    }
    this.#note(
      launch,
      held.map(({ spec, relay }) => ({ ...spec, outerPort: relay.outerPort })),
    );
    return held;
  }

  async #openOne(spec: PortSpec, before: number | null): Promise<Relay> {
    const { bind, range } = spec;
    try {
      const relay = await openRelay(spec, before, this.#now);
      if (relay !== null) return relay;
    } catch (cause) {
      throw new ProviderError('config', `${bind} is no address of this machine; bind another one`, { cause });
    }
    const where = range === null ? '' : ` between ${range[0]} and ${range[1]}`;
    throw new ProviderError('capacity', `no port${where} is free on this machine`);
  }

  #noted(launch: string): readonly Noted[] {
    try {
      return JSON.parse(readFileSync(join(this.#folder, launch), 'utf8')) as readonly Noted[];
    } catch {
      return [];
    }
  }

  #note(launch: string, ports: readonly Noted[]): void {
    const file = join(this.#folder, launch);
    writeFileSync(`${file}.new`, JSON.stringify(ports), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** Where the control plane itself reaches what is bound there. */
function reachedAt(bind: string | null): string {
  if (bind === null || bind === '0.0.0.0') return '127.0.0.1';
  return bind === '::' ? '::1' : bind;
}
