/**
 * Calls `work` on each item, with at most `width` calls under way at once, and resolves to what they resolve to, in the items'
 * order. After a rejection no further call is made; it rejects once the calls under way have ended.
 */
export async function mapWindow<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as Item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const end of lanes) if (end.status === "rejected") throw end.reason;
  return results;
}
