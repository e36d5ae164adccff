const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Follows something to its end. Ctrl-C and TERM end the following, never what is followed; false: that was so. */
export async function untilLeft(follow: (left: AbortSignal) => Promise<void>): Promise<boolean> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    await follow(left.signal);
    return true;
  } catch (error) {
    if (!left.signal.aborted) throw error;
    return false;
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}
