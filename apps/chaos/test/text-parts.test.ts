import { expect, test } from "vitest";
import { bytesOf, stringOf } from "../src/input/text-parts.js";

test("a string keeps half a surrogate pair, which its bytes cannot say", () => {
  expect(stringOf(["a", { repeat: "\ud834", times: 2 }])).toBe("a\ud834\ud834");
  expect(bytesOf("\ud834").toString()).toBe("\ufffd");
});

test("what is written once, or in Base64, is the same text", () => {
  expect(stringOf([{ repeat: "ab", times: 2 }, { base64: "w6k=" }])).toBe("ababé");
});
