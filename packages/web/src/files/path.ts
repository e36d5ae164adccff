/** A name below a folder; the folder in which commands begin is the empty path. */
export function below(folder: string, name: string): string {
  if (folder === '') return name;
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

export interface Step {
  readonly name: string;
  readonly path: string;
}

/** The folders on the way to a path, itself included; of an absolute one from `/` on. */
export function stepsTo(path: string): readonly Step[] {
  const root: readonly Step[] = path.startsWith('/') ? [{ name: '/', path: '/' }] : [];
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.reduce<readonly Step[]>(
    (steps, name) => [...steps, { name, path: below(steps.at(-1)?.path ?? '', name) }],
    root,
  );
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 bytes`, `1 byte`, `12.3 kB`, `4.56 GB`. */
export function bytesText(bytes: number): string {
  if (bytes === 1) return '1 byte';
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const amount = bytes / 1_000 ** unit;
  return `${unit === 0 ? amount : Number(amount.toPrecision(3))} ${UNITS[unit] ?? ''}`;
}
