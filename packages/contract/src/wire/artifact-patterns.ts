/** How far a path has got along patterns of artifacts: where a walk through folders is. */
export interface PatternPlace {
  /** What is here is meant, and everything below it. */
  readonly isMatch: boolean;
  /** Something below may be meant. */
  readonly leadsOn: boolean;
  /** The place of a name in this folder. */
  step(name: string): PatternPlace;
}

/**
 * Where a walk from the top begins. `*` and `?` stand for what they do in a shell, within one name; `**` for any number of folders. A name that begins
 * with a dot is only meant by a part that begins with one.
 */
export function patternPlace(patterns: readonly string[]): PatternPlace {
  return placeAt(patterns.flatMap((pattern) => afterFolders({ parts: partsOf(pattern), at: 0 })));
}

/** Why it is no pattern, in words that go on behind its name; null: it is one. */
export function patternFault(pattern: string): string | null {
  if (pattern.startsWith('/'))
    return 'must not begin with /: it counts from the folder in which the run runs';
  const parts = pattern.split('/');
  if (parts.includes('..')) return 'must not contain ..';
  return partsOf(pattern).length === 0 ? 'must name something' : null;
}

/** The folders and names before the first wildcard, and whether that is all of it. */
export function patternBase(pattern: string): { readonly path: string; readonly isWhole: boolean } {
  const parts = partsOf(pattern);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  return first < 0
    ? { path: parts.join('/'), isWhole: true }
    : { path: parts.slice(0, first).join('/'), isWhole: false };
}

function partsOf(pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  // Any folder, but not this one.
  return parts.at(-1) === '**' ? [...parts, '*'] : parts;
}

/** Parts of a pattern, the first `at` of which have their names. */
interface Progress {
  readonly parts: readonly string[];
  readonly at: number;
}

function placeAt(all: readonly Progress[]): PatternPlace {
  const ways = distinct(all);
  if (ways.some(({ parts, at }) => at === parts.length)) return MATCHED;
  return {
    isMatch: false,
    leadsOn: ways.length > 0,
    step: (name) => placeAt(ways.flatMap((way) => stepped(way, name))),
  };
}

/** Each once: of several `**` each name would double them. */
function distinct(ways: readonly Progress[]): readonly Progress[] {
  return ways.filter((way, index) => ways.findIndex((each) => isSame(each, way)) === index);
}

function isSame(one: Progress, other: Progress): boolean {
  return one.parts === other.parts && one.at === other.at;
}

const MATCHED: PatternPlace = { isMatch: true, leadsOn: true, step: () => MATCHED };

function stepped({ parts, at }: Progress, name: string): readonly Progress[] {
  const part = parts[at] ?? '';
  // The way behind the folders is beside this one already.
  if (part === '**') return name.startsWith('.') ? [] : afterFolders({ parts, at });
  return isName(part, name) ? afterFolders({ parts, at: at + 1 }) : [];
}

/** `**` may stand for no folder at all. */
function afterFolders(way: Progress): readonly Progress[] {
  const { parts, at } = way;
  return parts[at] === '**' ? [way, ...afterFolders({ parts, at: at + 1 })] : [way];
}

/** Goes back to the last star only, so that no pattern takes longer than its length times that of the name. */
function isName(part: string, name: string): boolean {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  let [inPart, inName, star, from] = [0, 0, -1, 0];
  while (inName < name.length) {
    if (part[inPart] === '*') [star, from, inPart] = [inPart, inName, inPart + 1];
    else if (part[inPart] === '?' || (inPart < part.length && part[inPart] === name[inName])) {
      inPart += 1;
      inName += 1;
    } else if (star >= 0) {
      from += 1;
      [inPart, inName] = [star + 1, from];
    } else return false;
  }
  return /^\**$/.test(part.slice(inPart));
}
