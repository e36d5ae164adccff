/** What a run executes: an argument vector as it is, a text for `sh -c`, or a script that the agent executes by its name. */
export type Command =
  | { readonly kind: 'argv'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly text: string }
  /** A registered module in JavaScript or TypeScript; the agent gets its source by the SHA-256. */
  | { readonly kind: 'module'; readonly name: string; readonly sha256: string }
  /** A script from the agent's own folder. */
  | { readonly kind: 'offered'; readonly name: string };

/** The argument vector that is executed for a command; empty where the agent makes it. */
export function argvOf(command: Command): readonly string[] {
  switch (command.kind) {
    case 'argv':
      return command.argv;
    case 'shell':
      return ['/bin/sh', '-c', command.text];
    case 'module':
    case 'offered':
      return [];
  }
}
