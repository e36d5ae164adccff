/** One end of a copy: in a session, among what a run has kept, or here. */
export type CopyEnd =
  | { readonly kind: 'session' | 'run'; readonly id: string; readonly path: string }
  | { readonly kind: 'here'; readonly path: string };

/** `web:data.csv` is in a session, `run_01hq...:data.csv` of a run; what has a slash, or nothing, before the first colon is a file here. */
export function endOf(text: string): CopyEnd {
  const [, id, path] = /^([^/:.][^/:]*):(.*)$/s.exec(text) ?? [];
  if (id === undefined || path === undefined) return { kind: 'here', path: text };
  return { kind: /^run_[0-9a-z]{20,40}$/.test(id) ? 'run' : 'session', id, path };
}
