/** Labels by name, of an agent or wanted by a run. */
export type Labels = Readonly<Record<string, string>>;

/** Has somebody with the labels `had` all that are wanted? */
export function hasLabels(had: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(had, name) && had[name] === value);
}
