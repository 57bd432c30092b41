import fc from "fast-check";

/** Any JSON without the keys that are never sent or read. */
export const anyJson = fc
  .jsonValue({ maxDepth: 10 })
  .filter((value) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
