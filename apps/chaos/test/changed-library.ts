/**
 * Arguments for Node with which a module of the library, or of the harness, is changed as it is loaded: in place of `text`, which must
 * stand in it once, comes `other`.
 */
export function changing(file: string, text: string, other: string): [option: string, hooks: string] {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        if (!url.endsWith(${JSON.stringify(`/${file}`)})) return loaded;
        const parts = String(loaded.source).split(${JSON.stringify(text)});
        if (parts.length !== 2) throw new Error("the text stands there " + (parts.length - 1) + " times");
        return { ...loaded, source: parts.join(${JSON.stringify(other)}) };
      },
    });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`];
}
