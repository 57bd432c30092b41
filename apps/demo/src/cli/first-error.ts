/**
 * What went wrong first. When putting things away fails after something else has failed, `await using` throws both in a
 * SuppressedError; people want to hear of the cause, not of its consequences.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === "SuppressedError" && "suppressed" in first) first = first.suppressed;
  return first;
}
