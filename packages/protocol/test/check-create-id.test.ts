import { expect, it } from "vitest";
import { checkCreateId } from "../src/check-create-id.js";
import { failure } from "./failure.js";

it("what a maker of ids makes is handed on", () => {
  expect(checkCreateId(() => "id-1")()).toBe("id-1");
});

it.each<[string, unknown]>([
  ["makes no text", () => 5],
  ["makes an empty text", () => ""],
  ["makes a text of several lines", () => "a\nb"],
  ["fails", () => Promise.reject.call(undefined)],
  ["cannot be called", class {}],
])("a maker of ids that %s is refused when it is called", (_, createId) => {
  expect(failure(checkCreateId(createId as () => string))).toMatchObject({ code: "INVALID_OPTIONS", outcome: "none" });
});

it("what is no function is refused at once", () => {
  expect(failure(() => checkCreateId("x" as never)).message).toContain("createId");
});
