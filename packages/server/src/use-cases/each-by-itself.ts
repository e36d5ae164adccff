/** Does one work after the other; one that fails keeps none from being done. Throws the first failure at the end. */
export async function eachByItself(works: Iterable<() => Promise<unknown>>): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
