/** Turns a growing count into a rate per second, over the last few seconds. */
export function createRate(windowMs = 3_000): (count: number, now: number) => number {
  const samples: { readonly count: number; readonly at: number }[] = [];
  return (count, now) => {
    samples.push({ count, at: now });
    while (samples.length > 2 && now - (samples[1] as { at: number }).at >= windowMs) samples.shift();
    const first = samples[0] as { readonly count: number; readonly at: number };
    return now > first.at ? ((count - first.count) * 1000) / (now - first.at) : 0;
  };
}
