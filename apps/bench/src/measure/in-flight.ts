/** Makes `count` calls, `width` of them at a time: each lane awaits its call before it makes the next. Rejects with the first failure. */
export async function inFlight(count: number, width: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
