const TABS = ['overview', 'commands', 'terminal'] as const;
type Tab = (typeof TABS)[number];

/** What a link to a session may point at; without a tab its overview. */
export interface SessionPlace {
  readonly tab?: Exclude<Tab, 'overview'>;
}

export function sessionPlaceOfLink({ tab }: Record<string, unknown>): SessionPlace {
  const known = TABS.find((each) => each === tab);
  return known === undefined || known === 'overview' ? {} : { tab: known };
}

/** Which sessions are listed. */
export function sessionListOfLink({ all }: Record<string, unknown>): { readonly all?: true } {
  return all === true ? { all } : {};
}
