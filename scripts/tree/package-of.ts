/** The folder a path belongs to in the table of import directions: `core`, `server`, `e2e` ... */
export function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'packages' ? second : first;
}

/** The npm name of a folder under packages/. */
export function npmNameOf(folder: string): string {
  return folder === 'cli' ? 'errand' : `@errand/${folder}`;
}
