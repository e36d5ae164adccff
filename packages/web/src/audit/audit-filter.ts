/** Which entries are shown; it stands in the address, so that a list can be shared. */
export interface AuditFilter {
  readonly key?: string;
  readonly action?: string;
  readonly target?: string;
}

export function auditFilterOfLink(search: Record<string, unknown>): AuditFilter {
  const texts = (['key', 'action', 'target'] as const).flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(texts) as AuditFilter;
}
