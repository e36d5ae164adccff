/** One process that has a command executed so often, so many at a time, by `xargs`. */
export function xargsArgv(
  command: readonly string[],
  { total, inFlight }: { total: number; inFlight: number },
): string[] {
  const text = command.map((word) => `'${word}'`).join(' ');
  return ['sh', '-c', `yes x | head -n ${total} | xargs -P ${inFlight} -n 1 ${text}`];
}
