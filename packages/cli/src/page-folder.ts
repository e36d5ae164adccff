import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the built page lies: beside the folder of the program in the published package, in the page's own package in the repository. */
export function pageFolder(main: string = process.argv[1] ?? ''): string {
  const published = join(dirname(main), '..', 'page');
  return existsSync(published) ? published : join(import.meta.dirname, '../../web/dist');
}
