/** Passes a text on unless the same one was passed on a moment ago: a server that is gone is not news ten times a second. */
export function rarely(tell: (text: string) => void, now: () => number, apartMs = 10_000): (text: string) => void {
  const told = new Map<string, number>();
  return (text) => {
    const at = now();
    for (const [known, toldAt] of told) if (at - toldAt >= apartMs) told.delete(known);
    if (told.has(text)) return;
    told.set(text, at);
    tell(text);
  };
}
