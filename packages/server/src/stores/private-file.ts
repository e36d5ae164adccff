import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that its owner alone may read, where there is none: in a folder that existed before, others may look around. SQLite
 * would make it for everybody to read, and gives what it puts beside a database the same mode. A file that is there is not opened: closing
 * it would drop the locks that this process holds on it.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It is there already; and whatever else is in the way, who opens it next says so.
  }
}
