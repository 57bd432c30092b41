// A string, a mark, or a number or word. The text is known to be JSON.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

type Container = unknown[] | Record<string, unknown>;

/**
 * Makes of a text that is known to be JSON what JSON.parse should. V8 12.8 and later (Node 24, 26) takes a key that is written with
 * escapes for one that it has met before, if that one ends in a backslash where the escape begins: after `{"a\\":1}` it reads
 * `{"a\n":1}` as `{"a\\":1}` (nodejs/node#63785). Here each key is parsed by itself. Several times slower.
 */
export function parseStrictly(text: string): unknown {
  const open: Container[] = [];
  let root: unknown;
  let key: string | undefined;
  const add = (value: unknown): void => {
    const holder = open.at(-1);
    if (holder === undefined) root = value;
    else if (Array.isArray(holder)) holder.push(value);
    else {
      // Not by assignment: the key may be "__proto__".
      Object.defineProperty(holder, key as string, { value, enumerable: true, configurable: true, writable: true });
      key = undefined;
    }
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "," || token === ":") continue;
    if (token === "}" || token === "]") {
      open.pop();
    } else if (token === "{" || token === "[") {
      const container: Container = token === "{" ? {} : [];
      add(container);
      open.push(container);
    } else {
      const value: unknown = JSON.parse(token);
      const holder = open.at(-1);
      if (key === undefined && holder !== undefined && !Array.isArray(holder)) key = value as string;
      else add(value);
    }
  }
  return root;
}
