/** What a run executes: an argument vector as it is, or a text for `sh -c`. */
export type Command =
  | { readonly kind: 'argv'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly text: string };

/** The argument vector that is executed for a command. */
export function argvOf(command: Command): readonly string[] {
  return command.kind === 'argv' ? command.argv : ['/bin/sh', '-c', command.text];
}
