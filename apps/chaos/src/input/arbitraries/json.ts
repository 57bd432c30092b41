import fc, { type Arbitrary } from "fast-check";

/**
 * Texts of any characters, halves of surrogate pairs aside. As fast-check's unit "binary", which takes seconds to be made.
 */
export function textOfAnyCharacters(constraints: {
  readonly minLength?: number;
  readonly maxLength: number;
}): Arbitrary<string> {
  const character = fc
    .integer({ min: 0, max: 0x10ffff - 0x800 })
    .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));
  return fc.array(character, constraints).map((characters) => characters.join(""));
}

/** Any text that a user may write: every kind of character, well-formed. */
export const anyText: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: textOfAnyCharacters({ maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "\0",
      "\n",
      "\u2028",
      "\u202e",
      "\ufeff",
      "\u200b",
      "\u001b[2J",
      "é",
      "𝄞",
      "null",
      '"',
      "\\",
    ),
  },
);

/** Any JSON of a user's, without the keys that are refused. */
export const anyJson: Arbitrary<unknown> = fc.jsonValue({ maxDepth: 3 }).filter(hasPlainKeys);

/** Anything but the type that is asked for. */
export const wrongJson: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 53, "", "x", [], {}, [[]], { a: 1 }),
  anyJson,
);

function hasPlainKeys(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(hasPlainKeys);
  return Object.entries(value).every(
    ([key, item]) => !["__proto__", "constructor", "prototype"].includes(key) && hasPlainKeys(item),
  );
}
