import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SessionRecord } from '@errand/core';
import type { FakeProvider } from '@errand/core/testing';
import type { VirtualProcess } from '../time/virtual-process.ts';
import { checkSessionChange } from './session-changes.ts';
import { checkDeadlines } from './session-deadlines.ts';
import type { Outage } from './session-faults.ts';
import { checkMachines, MachineMemory } from './session-machines.ts';
import { QUOTA, type SessionPlane } from './session-plane.ts';
import { type SessionWorld, wallOf } from './session-scene.ts';

interface Use {
  readonly at: number;
  /** The same in virtual time. */
  readonly passed: number;
  readonly plane: SessionPlane;
  readonly process: VirtualProcess;
}

/** The independent witness: what is durable, what exists at the provider, and what people did; it compares all of it after every step. */
export class SessionWitness {
  /** Every session as it was last committed. */
  readonly records = new Map<string, SessionRecord>();
  readonly world: SessionWorld;
  readonly provider: FakeProvider;
  readonly outage: Outage;
  readonly machines = new MachineMemory();
  /** When each session came into its state, in virtual time. */
  readonly since = new Map<string, number>();
  readonly #versions: StatementSync;
  readonly #doc: StatementSync;
  /** When each session was last used through a plane that still lives, in wall time. */
  readonly #uses = new Map<string, Use>();
  #lookedAt = 0;

  constructor(world: SessionWorld, database: DatabaseSync, provider: FakeProvider, outage: Outage) {
    this.world = world;
    this.provider = provider;
    this.outage = outage;
    this.#versions = database.prepare('select id, version from sessions');
    this.#doc = database.prepare('select doc from sessions where id = ?');
  }

  /** After every commit, and after every crash. */
  committed(): void {
    const rows = this.#versions.all() as { id: string; version: number }[];
    if (rows.length < this.records.size)
      this.world.trace.fail(5, 'SIM-SESSION-LOST-1', 'a committed session is gone');
    for (const { id, version } of rows) {
      const before = this.records.get(id);
      if (before?.version === version) continue;
      const { doc } = this.#doc.get(id) as { doc: string };
      const after = JSON.parse(doc) as SessionRecord;
      const why = after.ending?.reason.kind ?? '';
      this.world.trace.note(`committed ${id} v${version} ${after.state} ${after.launch?.key ?? ''} ${why}`);
      this.records.set(id, after);
      if (before?.state !== after.state) this.since.set(id, this.world.timeline.now);
      checkSessionChange(this, before, after);
    }
    this.#checkQuota();
  }

  /** After every step. */
  look(): void {
    const { timeline } = this.world;
    checkMachines(this);
    if (timeline.now - this.#lookedAt < 1_000) return;
    this.#lookedAt = timeline.now;
    checkDeadlines(this);
  }

  /** What was answered with 2xx is durable. */
  answered({ id, version }: SessionRecord): void {
    const known = this.records.get(id)?.version ?? 0;
    if (known < version)
      this.world.trace.fail(
        5,
        'SIM-SESSION-ANSWER-1',
        `${id} v${version} was answered, but v${known} is stored`,
      );
  }

  used(id: string, plane: SessionPlane): void {
    const { process } = plane;
    if (process === undefined) return;
    this.#uses.set(id, { at: wallOf(this.world), passed: this.world.timeline.now, plane, process });
  }

  /** The latest use that somebody who lives, and has not stood still since, knows of; wall time. */
  lastUse(id: string): number {
    const use = this.#uses.get(id);
    if (use === undefined || !use.plane.isUp || use.plane.process !== use.process) return 0;
    return use.process.awakeSince > use.passed && this.world.profile.planes > 1 ? 0 : use.at;
  }

  isOpen(id: string): boolean {
    const state = this.records.get(id)?.state;
    return state !== 'deleted' && state !== 'failed' && state !== 'deleting';
  }

  isReady(id: string): boolean {
    return this.records.get(id)?.state === 'ready';
  }

  /** What is still there, in words. */
  leftOver(): readonly string[] {
    const open = [...this.records.values()].filter(({ state }) => state !== 'deleted' && state !== 'failed');
    const there = this.provider.machines.all().filter(({ state }) => state !== 'gone');
    return [
      ...open.map(({ id, state }) => `${id} is ${state}`),
      ...there.map(({ id, sessionId, state }) => `${id} of ${sessionId} is ${state}`),
    ];
  }

  #checkQuota(): void {
    const open = new Map<string, number>();
    const names = new Set<string>();
    const { trace } = this.world;
    for (const { owner, name, state, subdomain, run } of this.records.values()) {
      if (state === 'deleted' || state === 'failed') continue;
      // What is made for a run counts for its pool.
      if (run === null) open.set(owner, (open.get(owner) ?? 0) + 1);
      for (const word of [subdomain, ...(name === null ? [] : [`${owner} ${name}`])]) {
        if (names.has(word)) trace.fail(1, 'SIM-SESSION-NAME-1', `two sessions are called ${word}`);
        names.add(word);
      }
    }
    for (const [owner, count] of open)
      if (count > QUOTA) trace.fail(1, 'SIM-SESSION-QUOTA-1', `${owner} has ${count} sessions`);
  }
}
