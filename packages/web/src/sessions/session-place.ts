const TABS = ['overview', 'commands', 'files', 'terminal'] as const;
type Tab = (typeof TABS)[number];

/** What a link to a session may point at; without a tab its overview. */
export interface SessionPlace {
  readonly tab?: Exclude<Tab, 'overview'>;
  /** The folder whose files are shown; none: the one in which its commands begin. */
  readonly path?: string;
}

export function sessionPlaceOfLink({ tab, path }: Record<string, unknown>): SessionPlace {
  const known = TABS.find((each) => each === tab);
  if (known === undefined || known === 'overview') return {};
  return known === 'files' && typeof path === 'string' && path !== '' ? { tab: known, path } : { tab: known };
}

/** Which sessions are listed. */
export function sessionListOfLink({ all }: Record<string, unknown>): { readonly all?: true } {
  return all === true ? { all } : {};
}
