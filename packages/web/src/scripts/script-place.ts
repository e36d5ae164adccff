/** What a link to a script may fill in. It never calls it. */
export interface ScriptPlace {
  readonly args?: Readonly<Record<string, unknown>>;
}

export function scriptPlaceOfLink({ args }: Record<string, unknown>): ScriptPlace {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  return isObject ? { args: args as Readonly<Record<string, unknown>> } : {};
}
