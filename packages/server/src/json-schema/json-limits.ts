/** Deeper than any real document, and shallow enough for everything that walks it by recursion. */
const MOST_LEVELS = 64;

/** What makes a parsed JSON value unfit to be worked with, in words that follow "it"; null: nothing. */
export function unfitJson(value: unknown): string | null {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) return `is nested more than ${MOST_LEVELS} levels deep`;
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      // Harmless as long as nobody merges it into an object; nobody needs it either.
      if (Object.hasOwn(each, '__proto__'))
        return 'has a field __proto__, which programs mistake for something else';
      for (const inner of Object.values(each)) next.push(inner);
    }
    level = next;
  }
  return null;
}
