import { quote } from "./quote.js";

/** Writes keys as a path that follows a name: `.a[0]["b c"]`. Keys are foreign: what is no plain name is quoted. */
export function placeOf(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      const text = String(key);
      return /^[A-Za-z_$][\w$]{0,62}$/.test(text) ? `.${text}` : `[${quote(text)}]`;
    })
    .join("");
}
