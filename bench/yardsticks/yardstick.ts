/** Another way to start a command somewhere else. */
export interface Elsewhere extends AsyncDisposable {
  /** What has the command line executed there. */
  argv(command: readonly string[]): readonly string[];
}

/** A yardstick, or why this machine does not have it. */
export type Found<Yardstick> = { readonly found: Yardstick } | { readonly missing: string };
