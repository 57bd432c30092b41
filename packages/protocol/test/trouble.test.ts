import { expect, it } from "vitest";
import { describe } from "../src/trouble.js";

const throwing = {
  toString() {
    throw null;
  },
};

it.each([
  [new Error("no"), "no"],
  [new TypeError(""), "TypeError"],
  ["text", "text"],
  [null, "null"],
  [undefined, "undefined"],
  [Symbol("s"), "Symbol(s)"],
  // What has an empty text says nothing: then what it is, is told.
  [[], "an array"],
  ["", '""'],
  [[[]], "an array"],
  [throwing, "a value that cannot be shown"],
])("what was thrown is told in words, whatever it is: %o", (thrown, text) => {
  expect(describe(thrown)).toBe(text);
});
