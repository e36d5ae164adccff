/** Small files cost a call each, and most of its time is spent on the line. */
const AT_ONCE = 6;

/** Does it for each, a few at a time. After the first failure nothing more is begun; it rejects once all that was under way is over. */
export async function atOnce<Item>(items: Iterable<Item>, act: (item: Item) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const failed = new AbortController();
  const work = async (): Promise<void> => {
    for (let step = rest.next(); step.done !== true && !failed.signal.aborted; step = rest.next()) {
      await act(step.value).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
