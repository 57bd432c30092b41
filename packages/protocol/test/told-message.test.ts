import { expect, test } from "vitest";
import { encodeInput } from "../src/codec.js";
import { DEFAULT_LIMITS, decodeMessage } from "../src/index.js";
import { toldMessage } from "../src/told-message.js";

test("content of a type of one's own is told as well, and shared with nobody", () => {
  const content = { list: [1] };
  const { message, text } = encodeInput({ from: "a", to: "b", type: "note", content }, {});
  const told = toldMessage(message, text, DEFAULT_LIMITS);
  content.list.push(2);
  expect(told).toEqual(decodeMessage(text));
});

test("a listener sees the message that a receiver gets, and shares nothing with the sender", () => {
  const content = { taskId: "t", parameters: { list: [1] } };
  const trace = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
  const input = { from: "a", to: "b", type: "task_assignment", content, trace, headers: { h: "1" } };
  const { message, text } = encodeInput(input, {});
  const told = toldMessage(message, text, DEFAULT_LIMITS);
  content.parameters.list.push(2);
  expect({ ...told }).toEqual(decodeMessage(text));
  expect(JSON.parse(JSON.stringify(told))).toEqual(decodeMessage(text));
  expect(told.content).toBe(told.content);
});
