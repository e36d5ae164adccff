export interface Repeated {
  readonly total: number;
  readonly inFlight: number;
}

export interface Timed {
  /** Of each, in ms. */
  readonly times: number[];
  /** Of all together. */
  readonly perSecond: number;
  /** Processor time that this process used for one of them. */
  readonly cpuMs: number;
}

/** Does something so often, so many at a time. */
export async function timed({ total, inFlight }: Repeated, act: () => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  let left = total;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now();
      await act();
      times.push(performance.now() - began);
    }
  };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, one));
  const perSecond = (total * 1_000) / (performance.now() - began);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { times, perSecond, cpuMs: (user + system) / 1_000 / total };
}
