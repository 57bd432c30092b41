/** Rejects as the call does, or unless it resolves to 0: to how many dead letters, of which there are none, it has moved or removed. */
export async function expectNone(call: Promise<number>): Promise<void> {
  const count = await call;
  if (count !== 0) throw new Error(`${String(count)} dead letters were found, and there are none`);
}
