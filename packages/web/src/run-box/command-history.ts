const STORE = 'errand.history';
const MOST = 1_000;

/** What was run from this browser, the newest last. */
export function readHistory(): readonly string[] {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? '[]') as unknown;
    return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

/** Puts a command at its end; one that is in it already moves there. */
export function remember(command: string): void {
  const others = readHistory().filter((each) => each !== command);
  write([...others, command].slice(-MOST));
}

export function clearHistory(): void {
  write([]);
}

function write(commands: readonly string[]): void {
  try {
    localStorage.setItem(STORE, JSON.stringify(commands));
  } catch {
    // A full or forbidden store costs the memory, not the command.
  }
}
