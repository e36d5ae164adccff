import type { FileKind } from '../vocabulary/file-kind.ts';

/**
 * The files of places such as sessions: of one that `Place` names.
 *
 * Paths. Relative ones count from the place's working folder, where its commands begin; absolute ones are taken where the place has a root of its
 * own (a container, a machine) and refused elsewhere. No path leads out of the place, neither by `..` nor through a link within it: such
 * a path is refused with `invalid`, and nothing is read or changed.
 *
 * Errors are ErrandErrors with a sentence for people: `invalid` (a path that cannot be), `not_found`, `conflict` (it is no file, a folder
 * is in the way, the place is read-only or does not run), `unavailable` (no space is left, or nobody answers for the place now).
 */
export interface Files<Place> {
  /** What is at the path, links followed; null: nothing. */
  stat(place: Place, path: string): Promise<FileStat | null>;
  /**
   * What lies in a folder, or everything below it, with paths relative to it, folders before what they hold; links are named, not followed.
   * `not_found` and `conflict` where it is no folder, `too_large` beyond `LIMITS.filesListed`.
   */
  list(place: Place, path: string, depth: ListDepth): Promise<readonly FileStat[]>;
  /** The bytes of a file, as many as its `stat` says; breaks off with an error where that cannot be kept. Whoever stops reading early ends it. */
  read(place: Place, path: string): Promise<FileContent>;
  /**
   * Puts a file of exactly `wish.bytes` bytes at the path, missing folders above it included. Whoever looks finds what was there before, or all of the new
   * one; where `content` fails or has another length, what was there stays and nothing is left of the new one.
   */
  write(place: Place, path: string, wish: FileWish, content: AsyncIterable<Uint8Array>): Promise<FileStat>;
  /** Makes a folder and those above it; one that is there stays as it is. */
  makeFolder(place: Place, path: string): Promise<FileStat>;
}

/** `direct`: what lies in the folder itself, also where much lies below. */
export type ListDepth = 'direct' | 'all';

export interface FileStat {
  /** As it was asked for, or relative to the folder that was listed. */
  readonly path: string;
  readonly kind: FileKind;
  /** 0 for what is no file. */
  readonly bytes: number;
  /** Permissions, such as 0o644. */
  readonly mode: number;
  /** ms since 1970. */
  readonly modifiedAt: number;
}

export interface FileWish {
  readonly bytes: number;
  /** Permissions; null: those of the file that is there, else 0o644. */
  readonly mode: number | null;
  /** `uid:gid`, where the place knows owners; null: as it is where it goes, root for a new file in a container. */
  readonly owner: string | null;
}

export interface FileContent {
  readonly stat: FileStat;
  readonly content: AsyncIterable<Uint8Array>;
}
