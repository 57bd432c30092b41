import assert from "node:assert/strict";
import { AgentCommError, type ErrorCode } from "@agentcomm/protocol";

/** Resolves to the AgentCommError that `work` throws or rejects with; fails if it succeeds, or fails in any other way. */
export async function rejection(work: () => unknown, ...codes: ErrorCode[]): Promise<AgentCommError> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    assert.ok(AgentCommError.is(error), `expected an AgentCommError, got ${String(error)}`);
    if (codes.length > 0) {
      assert.ok(codes.includes(error.code), `expected ${codes.join(" or ")}, got ${error.code}: ${error.message}`);
    }
    return error;
  }
  const expected = codes.length === 0 ? "an AgentCommError" : codes.join(" or ");
  assert.fail(`expected ${expected}, but it succeeded with ${JSON.stringify(result) ?? "undefined"}`);
}
