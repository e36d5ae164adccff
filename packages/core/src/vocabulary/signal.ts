/** Signal names by number, as on Linux and (for these) macOS: signal(7). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

/** `SIGTERM` for 15, `signal 42` for one without a name here. */
export function signalName(signal: number): string {
  return NAMES[signal] ?? `signal ${signal}`;
}
