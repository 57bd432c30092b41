import { describe, expect, it } from "vitest";
import { placeOf } from "../src/place-of.js";
import { quote } from "../src/quote.js";

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe("quote", () => {
  it("shows a short text whole, in printable ASCII", () => {
    expect(quote('a"b')).toBe('"a\\"b"');
    expect(quote("line\nforged")).toBe('"line\\nforged"');
    expect(quote("\u202eé\u2028\u001b")).toBe('"\\u202e\\u00e9\\u2028\\u001b"');
  });

  it("cuts a long text and says how long it was", () => {
    expect(quote("x".repeat(1_000_000))).toBe(`"${"x".repeat(80)}"... (1000000 characters)`);
  });

  it("says what a value is that it does not show", () => {
    const values = [7, Number.NaN, true, null, undefined, 7n, Symbol("s"), () => 7, [1], { a: 1 }, revoked()];
    expect(values.map(quote)).toEqual([
      "7",
      "NaN",
      "true",
      "null",
      "undefined",
      "a bigint",
      "a symbol",
      "a function",
      "an array",
      "an object",
      "an object",
    ]);
  });
});

describe("placeOf", () => {
  it("writes keys as a path, and quotes what is no plain name", () => {
    expect(placeOf([])).toBe("");
    expect(placeOf(["a", 0, "b_c"])).toBe(".a[0].b_c");
    expect(placeOf(["a b", "\n", ""])).toBe('["a b"]["\\n"][""]');
    expect(placeOf([Symbol("s")])).toBe('["Symbol(s)"]');
  });
});
