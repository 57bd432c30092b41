import type { AgentCommError, ErrorCode } from "@agentcomm/protocol";
import { expectAgentCommError } from "../expect-agent-comm-error.js";

/** What a call that was given something bad may answer with. */
export const REFUSALS: readonly ErrorCode[] = [
  "INVALID_MESSAGE",
  "INVALID_OPTIONS",
  "INVALID_AGENT_ID",
  "MESSAGE_TOO_LARGE",
  "ABORTED",
];

/** What became of a call. */
export type Called = { readonly value: unknown } | { readonly error: AgentCommError };

/** Makes the call. Throws if it threw, or rejected with, anything but one of these refusals. */
export async function tryCall(
  what: string,
  call: () => unknown,
  codes: readonly ErrorCode[] = REFUSALS,
): Promise<Called> {
  try {
    return { value: await call() };
  } catch (thrown) {
    return { error: expectAgentCommError(thrown, what, codes) };
  }
}
