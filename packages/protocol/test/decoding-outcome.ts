import { AgentCommError, createMessage, decodeMessage, encodeMessage } from "../src/index.js";

const goodText = encodeMessage(
  createMessage({ from: "a", to: "b", type: "task_assignment", content: { task: "process_data" } }),
);
const goodRead = JSON.stringify(decodeMessage(goodText));
const untouched = Object.getOwnPropertyNames(Object.prototype).join();

/**
 * Decodes and says how it ended: "read", or the code of the error. Fails if anything else than an AgentCommError was
 * thrown, if Object.prototype was touched, if a key that reaches a prototype was built, or if the next good message is
 * not read.
 */
export function decodingOutcome(data: string | Uint8Array): string {
  let outcome = "read";
  try {
    checkKeys(decodeMessage(data));
  } catch (error) {
    if (!AgentCommError.is(error)) throw error;
    outcome = error.code;
  }
  if (Object.getOwnPropertyNames(Object.prototype).join() !== untouched)
    throw new Error("Object.prototype was touched");
  if (JSON.stringify(decodeMessage(goodText)) !== goodRead) throw new Error("the next good message was read wrongly");
  return outcome;
}

function checkKeys(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    throw new Error("an object of another prototype");
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || key === "constructor" || key === "prototype")
      throw new Error(`the key ${key} was built`);
    checkKeys((value as Record<string, unknown>)[key]);
  }
}
