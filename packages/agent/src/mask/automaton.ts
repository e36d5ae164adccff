import { Leap } from './leap.ts';

/** Entries of the table for states near the root, where nearly every byte of a log is spent: 1 MB, so that it stays in the cache. */
const TABLE_ENTRIES = 262_144;

/** So many bytes are read one by one after a leap, which pays for the leap also where every one of them is short. */
const AFTER_LEAP = 32;

/** Told of each occurrence: where it ends in the bytes, and its length (the longest that ends there). */
export type OnMatch = (end: number, length: number) => void;

/**
 * Finds many patterns in one pass over bytes that come in pieces (Aho and Corasick, 1975). A state stands for the longest end of what has been read that
 * begins a pattern; 0 is the start. States are numbered by that length. The first have a row with the next state for every byte; the others, of
 * which long secrets have very many and logs few, know their children and the state to fall back to.
 */
export class Automaton {
  readonly #classes: Uint8Array;
  readonly #width: number;
  readonly #rows: number;
  /** Next state times width; where something is to be looked at (a match, or a state without a row), its complement, so that it is negative. */
  readonly #table: Int32Array;
  readonly #trie: Trie;
  readonly #leap: Leap;

  constructor(patterns: readonly Uint8Array[], tableEntries = TABLE_ENTRIES) {
    this.#trie = orderedTrie(patterns);
    const { classes, width } = classesOf(patterns);
    this.#classes = classes;
    this.#width = width;
    this.#rows = Math.min(this.#trie.size, Math.max(1, Math.floor(tableEntries / width)));
    this.#table = this.#fillTable();
    this.#leap = new Leap(patterns);
  }

  /** Length of the longest pattern. */
  get longest(): number {
    return this.#trie.depth[this.#trie.size - 1] ?? 0;
  }

  /** How many of the bytes read last begin a pattern in this state. */
  depthOf(state: number): number {
    return this.#trie.depth[state] ?? 0;
  }

  /** Reads on from a state; answers the next one. */
  scan(bytes: Uint8Array, state: number, onMatch: OnMatch): number {
    const rows = this.#rows;
    const { longest } = this.#trie;
    let at = 0;
    let next = state;
    let leapAt = 0;
    while (at < bytes.length) {
      if (next === 0 && at >= leapAt) {
        at = this.#leap.from(bytes, at);
        leapAt = at + AFTER_LEAP;
      }
      if (next >= rows) {
        next = this.#step(next, bytes[at] ?? 0);
        at += 1;
      } else {
        at = this.#run(bytes, at, { state: next, leapAt });
        next = this.#reached;
      }
      const length = longest[next] ?? 0;
      if (length > 0) onMatch(at, length);
    }
    return next;
  }

  /** Where the last `#run` got to: a second result without an object for it. */
  #reached = 0;

  /**
   * The loop over what is not leapt over: two loads for each byte. Stops behind a byte that leads to something to look at, at the end, and from `leapAt` on
   * in the start state.
   */
  #run(bytes: Uint8Array, from: number, { state, leapAt }: { state: number; leapAt: number }): number {
    const table = this.#table;
    const classes = this.#classes;
    const end = bytes.length;
    let row = state * this.#width;
    let at = from;
    for (const until = Math.min(leapAt, end); at < until; ) {
      row = table[row + (classes[bytes[at] as number] as number)] as number;
      at += 1;
      if (row < 0) break;
    }
    while (at < end && row > 0) {
      row = table[row + (classes[bytes[at] as number] as number)] as number;
      at += 1;
    }
    // A state that needs a look is only ever met as a complement; any other has no match.
    this.#reached = row < 0 ? ~row : row / this.#width;
    return at;
  }

  #step(state: number, byte: number): number {
    const { firstChild, sibling, byteOf, fallback } = this.#trie;
    let from = state;
    for (; from >= this.#rows; from = fallback[from] as number) {
      let child = firstChild[from] as number;
      while (child !== 0 && byteOf[child] !== byte) child = sibling[child] as number;
      if (child !== 0) return child;
    }
    const next = this.#table[from * this.#width + (this.#classes[byte] as number)] as number;
    return next < 0 ? ~next : next / this.#width;
  }

  #fillTable(): Int32Array {
    const { firstChild, sibling, byteOf, fallback, longest } = this.#trie;
    const width = this.#width;
    const table = new Int32Array(this.#rows * width);
    for (let state = 0; state < this.#rows; state += 1) {
      const row = state * width;
      const other = (fallback[state] as number) * width;
      if (state > 0) table.copyWithin(row, other, other + width);
      for (let child = firstChild[state] as number; child !== 0; child = sibling[child] as number) {
        const marked = child >= this.#rows || (longest[child] as number) > 0;
        table[row + (this.#classes[byteOf[child] as number] as number)] = marked ? ~child : child * width;
      }
    }
    return table;
  }
}

/** Bytes that occur in no pattern are one and the same to it. */
function classesOf(patterns: readonly Uint8Array[]): { classes: Uint8Array; width: number } {
  const used = new Set<number>();
  for (const pattern of patterns) for (const byte of pattern) used.add(byte);
  const classes = new Uint8Array(256);
  // With all 256 in use there is no other byte, and 255 + 1 would not fit; then the first of them is class 0.
  const first = used.size === 256 ? 0 : 1;
  [...used].forEach((byte, index) => {
    classes[byte] = index + first;
  });
  return { classes, width: used.size + first };
}

/** The patterns as a tree; a child of 0 is none, because 0 is the root. */
interface Trie {
  readonly size: number;
  readonly firstChild: Int32Array;
  readonly sibling: Int32Array;
  readonly byteOf: Uint8Array;
  readonly depth: Int32Array;
  /** The state for the longest shorter end of what was read that begins a pattern. */
  readonly fallback: Int32Array;
  /** Of the longest pattern that ends in this state; 0: none does. */
  readonly longest: Int32Array;
}

/** Level by level, so that whatever a state falls back to has a smaller number. */
function orderedTrie(patterns: readonly Uint8Array[]): Trie {
  const sorted = patterns.toSorted((a, b) => Buffer.compare(a, b));
  const most = 1 + sorted.reduce((sum, { length }) => sum + length, 0);
  const trie = emptyTrie(most);
  /** The patterns below a state are consecutive in their order. */
  const from = new Int32Array(most);
  const to = new Int32Array(most);
  to[0] = sorted.length;
  let size = 1;
  for (let state = 0; state < size; state += 1) {
    const depth = trie.depth[state] as number;
    let last = 0;
    for (let index = from[state] as number; index < (to[state] as number); index += 1) {
      const byte = sorted[index]?.[depth];
      if (byte === undefined) trie.longest[state] = depth;
      else if (last !== 0 && trie.byteOf[last] === byte) to[last] = index + 1;
      else {
        const child = size;
        size += 1;
        if (last === 0) trie.firstChild[state] = child;
        else trie.sibling[last] = child;
        trie.byteOf[child] = byte;
        trie.depth[child] = depth + 1;
        from[child] = index;
        to[child] = index + 1;
        last = child;
      }
    }
    if (state > 0) inherit(trie, state);
    link(trie, state);
  }
  return cut(trie, size);
}

/** A shorter pattern that ends here too counts where no longer one does. */
function inherit({ longest, fallback }: Trie, state: number): void {
  if (longest[state] === 0) longest[state] = longest[fallback[state] as number] as number;
}

/** Where the children of a state fall back to: what follows the same byte on the state's own way back. */
function link({ firstChild, sibling, byteOf, fallback }: Trie, state: number): void {
  for (let child = firstChild[state] as number; child !== 0; child = sibling[child] as number) {
    if (state === 0) continue;
    for (let at = fallback[state] as number; ; at = fallback[at] as number) {
      let found = firstChild[at] as number;
      while (found !== 0 && byteOf[found] !== byteOf[child]) found = sibling[found] as number;
      fallback[child] = found;
      if (found !== 0 || at === 0) break;
    }
  }
}

function emptyTrie(most: number): Trie {
  return {
    size: most,
    firstChild: new Int32Array(most),
    sibling: new Int32Array(most),
    byteOf: new Uint8Array(most),
    depth: new Int32Array(most),
    fallback: new Int32Array(most),
    longest: new Int32Array(most),
  };
}

function cut(trie: Trie, size: number): Trie {
  return {
    size,
    firstChild: trie.firstChild.slice(0, size),
    sibling: trie.sibling.slice(0, size),
    byteOf: trie.byteOf.slice(0, size),
    depth: trie.depth.slice(0, size),
    fallback: trie.fallback.slice(0, size),
    longest: trie.longest.slice(0, size),
  };
}
