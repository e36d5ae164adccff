/** All of a list that AWS gives page by page: whoever stops at the first forgets what costs money. A page without `next` is the last. */
export async function paged<Item>(
  page: (
    token: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const { items, next } = await page(token);
    found.push(...items);
    token = next;
  }
  return found;
}
