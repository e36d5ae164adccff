/** One end of a copy: in a session, or here. */
export interface CopyEnd {
  readonly session: string | null;
  readonly path: string;
}

/** `web:data.csv` is in a session; what has a slash, or nothing, before the first colon is a file here. */
export function endOf(text: string): CopyEnd {
  const [, session, path] = /^([^/:.][^/:]*):(.*)$/s.exec(text) ?? [];
  return session === undefined || path === undefined ? { session: null, path: text } : { session, path };
}
