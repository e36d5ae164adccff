import { createHash } from 'node:crypto';
import { type Clock, type LaunchRequest, ProviderError } from '@errand/core';
import { type AccessPoint, type AccessPoints, checkUsable } from './access-points.ts';
import type { Definition, EcsCalls } from './ecs-calls.ts';
import { familyOf, type Place, prefixOf, TAGS, tagOf } from './names.ts';
import type { MountedVolume } from './task-definition.ts';
import { CONSISTENT_MS } from './tasks.ts';

export interface VolumesParts {
  readonly calls: EcsCalls;
  /** null: the configuration names no file system. */
  readonly points: AccessPoints | null;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
}

/** A new access point is ready in seconds; whoever asks for it waits for at most so long. */
const READY_MS = 10_000;
const LOOK_MS = 500;

/**
 * Volumes at EFS: one access point for each name and owner, which all sessions of that owner share, and which goes with the last of them. Who has one is
 * what the definitions of tasks name. Whoever takes one and whoever lets go of one of the same owner do so one after the other.
 */
export class Volumes {
  readonly #parts: VolumesParts;
  readonly #since: number;
  readonly #turns = new Map<string, Promise<void>>();
  /** When a session was given an access point: its definition may not be shown for a while. By access point, then by family. */
  readonly #given = new Map<string, Map<string, number>>();
  /** Access points by family: a family never changes its own. Those that ended meanwhile are null. */
  readonly #known = new Map<string, readonly string[] | null>();

  constructor(parts: VolumesParts) {
    this.#parts = parts;
    this.#since = parts.clock.steady();
  }

  /** The volumes of a session, those that nobody has yet made for it. What `define` makes with them must name them all. */
  async take<Made>(
    request: LaunchRequest,
    define: (volumes: readonly MountedVolume[]) => Promise<Made>,
  ): Promise<Made> {
    const { spec, tag, owner, sessionId: session } = request;
    if (spec.volumes.length === 0) return await define([]);
    return await this.#inTurn(owner, async () => {
      const volumes = await this.#ensure(request);
      const family = familyOf({ tag, session });
      const ids = volumes.map(({ accessPoint }) => accessPoint);
      for (const id of ids) this.#note(id, family);
      this.#known.set(family, ids);
      return await define(volumes);
    });
  }

  /**
   * A session that is over lets go of its volumes: answers those that it was the last to have, which nobody can take from now on and which must be emptied,
   * or `pending`: whether it was the last does not show yet. Where there are none, its definition is forgotten.
   */
  async letGo(place: Place, definition: Definition): Promise<'pending' | readonly AccessPoint[]> {
    const family = familyOf(place);
    if (definition.volumes.length === 0) {
      await this.#forget(family);
      return [];
    }
    return await this.#inTurn(tagOf(definition.tags, TAGS.owner), async () => {
      const ids = new Set(definition.volumes.map(({ accessPoint }) => accessPoint));
      const present = (await this.#points.all(place.tag)).filter(({ id }) => ids.has(id));
      const used = await this.#usedBy(place.tag, { but: family });
      const last = present.filter(({ id, erasing }) => erasing || !used.has(id));
      const fresh = last.filter(({ erasing }) => !erasing);
      if (fresh.some(({ id }) => this.#isYoung(id, family))) return 'pending';
      for (const { id } of fresh) await this.#points.markErasing(id);
      if (last.length === 0) await this.#forget(family);
      return last;
    });
  }

  /** Access points without a definition that names them: whoever made them has run no task with them. */
  async left(tag: string, families: readonly string[]): Promise<readonly AccessPoint[]> {
    const { points } = this.#parts;
    if (points === null) return [];
    const alone = (await points.all(tag)).filter(
      ({ session }) => !families.includes(familyOf({ tag, session })),
    );
    if (alone.length === 0) return [];
    const used = await this.#usedBy(tag, { but: null });
    return alone.filter(({ id }) => !used.has(id));
  }

  /** What a session that never had a definition has left; nothing was ever in it. */
  async removeLeft({ tag, session }: Place): Promise<'done' | 'pending'> {
    if (this.#parts.points === null) return 'done';
    const ours = (await this.left(tag, [])).filter((each) => each.session === session);
    for (const { owner, id } of ours) {
      const isGone = await this.#inTurn(owner, async () => {
        if (this.#isYoung(id, familyOf({ tag, session }))) return false;
        const still = (await this.left(tag, [])).some((each) => each.id === id);
        if (still) await this.#points.remove(id);
        return true;
      });
      if (!isGone) return 'pending';
    }
    return 'done';
  }

  async remove(points: readonly AccessPoint[]): Promise<void> {
    for (const { id } of points) {
      await this.#points.remove(id);
      this.#given.delete(id);
    }
  }

  get #points(): AccessPoints {
    const { points } = this.#parts;
    if (points !== null) return points;
    throw new ProviderError('config', 'its volumes are at EFS: ecs.fileSystem in errand.yaml must say where');
  }

  async #ensure({ spec, tag, owner, sessionId, key }: LaunchRequest): Promise<readonly MountedVolume[]> {
    const wanted = spec.volumes.map(({ name, path }) => ({ name, path, token: tokenOf([tag, owner, name]) }));
    const tags = { [TAGS.tag]: tag, [TAGS.owner]: owner, [TAGS.session]: sessionId, [TAGS.launch]: key };
    const present = new Set((await this.#points.all(tag)).map(({ token }) => token));
    for (const { name, token } of wanted) {
      if (present.has(token)) continue;
      const folder = `/errand/${token.slice(0, 32)}`;
      await this.#points.make({ token, folder, tags: { ...tags, [TAGS.volume]: name } });
    }
    const ids = await this.#whenReady(
      tag,
      wanted.map(({ token }) => token),
    );
    return wanted.map(({ path, token }) => ({ path, accessPoint: ids.get(token) ?? '' }));
  }

  /** Ids by token. Throws `transient` where one cannot be mounted. */
  async #whenReady(tag: string, tokens: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { clock } = this.#parts;
    const until = clock.steady() + READY_MS;
    for (;;) {
      const present = new Map((await this.#points.all(tag)).map((each) => [each.token, each]));
      const found = tokens.map((token) => present.get(token) ?? NOT_SHOWN);
      const isOver = clock.steady() > until || found.some(({ erasing }) => erasing);
      if (isOver || found.every(({ ready }) => ready)) {
        for (const each of found) checkUsable(each);
        return new Map([...present].map(([token, { id }]) => [token, id]));
      }
      await clock.sleep(LOOK_MS);
    }
  }

  async #usedBy(tag: string, { but }: { readonly but: string | null }): Promise<ReadonlySet<string>> {
    const used = new Set<string>();
    const families = await this.#parts.calls.families(prefixOf(tag));
    for (const [family, ids] of this.#known)
      if (ids === null && !families.includes(family)) this.#known.delete(family);
    for (const family of families) {
      if (family === but) continue;
      for (const id of (await this.#idsOf(family)) ?? []) used.add(id);
    }
    return used;
  }

  async #idsOf(family: string): Promise<readonly string[] | null> {
    const known = this.#known.get(family);
    if (known !== undefined) return known;
    const definition = await this.#parts.calls.definition(family);
    if (definition === null) return null;
    const ids = definition.volumes.map(({ accessPoint }) => accessPoint);
    this.#known.set(family, ids);
    return ids;
  }

  async #forget(family: string): Promise<void> {
    await this.#parts.calls.forgetFamily(family);
    this.#known.set(family, null);
  }

  #note(id: string, family: string): void {
    const given = this.#given.get(id) ?? new Map<string, number>();
    this.#given.set(id, given.set(family, this.#parts.clock.steady()));
  }

  /** May somebody else have got it whose definition is not shown yet, from us or from the process before? */
  #isYoung(id: string, but: string): boolean {
    const now = this.#parts.clock.steady();
    const others = [...(this.#given.get(id) ?? [])].filter(
      ([family]) => family !== but && this.#known.get(family) !== null,
    );
    return now - Math.max(this.#since, ...others.map(([, at]) => at)) < CONSISTENT_MS;
  }

  async #inTurn<Made>(owner: string, act: () => Promise<Made>): Promise<Made> {
    const turn = (this.#turns.get(owner) ?? Promise.resolve()).then(act);
    const over = turn
      .then(nothing, nothing)
      .finally(() => this.#turns.get(owner) === over && this.#turns.delete(owner));
    this.#turns.set(owner, over);
    return await turn;
  }
}

function nothing(): void {
  // Whoever had the turn hears of what went wrong.
}

const NOT_SHOWN = { ready: false, erasing: false } as const;

function tokenOf(about: readonly [tag: string, owner: string, name: string]): string {
  return createHash('sha256').update(JSON.stringify(about)).digest('hex');
}
