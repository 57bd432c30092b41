import { AgentCommError } from "../src/errors.js";

/** The AgentCommError that the function throws. Fails if it throws nothing, or anything else. */
export function failure(run: () => unknown): AgentCommError {
  try {
    run();
  } catch (error) {
    if (AgentCommError.is(error)) return error;
    throw new Error("threw something else than an AgentCommError", { cause: error });
  }
  throw new Error("threw nothing");
}

/** The AgentCommError that the promise rejects with. Fails if it resolves, or rejects with anything else. */
export async function rejection(promise: Promise<unknown>): Promise<AgentCommError> {
  const [outcome] = await Promise.allSettled([promise]);
  return failure(() => {
    if (outcome?.status === "rejected") throw outcome.reason;
  });
}
