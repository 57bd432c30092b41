/** Resolves once the work has settled, or the time is over. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resume) => {
    timer = setTimeout(resume, ms);
  });
  await Promise.race([
    over,
    work.then(
      () => undefined,
      () => undefined,
    ),
  ]);
  clearTimeout(timer);
}
