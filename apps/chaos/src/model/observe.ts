import { AgentCommError, type DeadLetter, type Delivery, type JsonValue } from "@agentcomm/protocol";

/** What a caller can see of a command's effect, as plain data and without what may differ between stores: ids, tokens, versions. */
export type Observation = JsonValue;

const COARSE_MS = 10_000;

/** Runs a call and observes how it ends. What it throws besides AgentCommErrors is observed as well; neither world may. */
export async function observing(call: () => Promise<Observation>): Promise<Observation> {
  try {
    return await call();
  } catch (error) {
    return observeError(error);
  }
}

export function observeError(error: unknown): Observation {
  if (!AgentCommError.is(error)) return { thrown: String(error) };
  return { error: error.code, outcome: error.outcome ?? "unsaid", retryable: error.retryable };
}

export function observeDelivery(delivery: Delivery, now: number): Observation {
  const { message, attempt, leaseExpiresAt } = delivery;
  return { message: { ...message } as unknown as JsonValue, attempt, leaseLeft: coarse(leaseExpiresAt - now) };
}

/** The digest is Redis's own field. All others are compared byte for byte. */
export function observeDeadLetter({ reason, detail, attempts, message, raw }: DeadLetter): Observation {
  const fields = Object.entries(raw).filter(([name]) => name !== "digest");
  return {
    reason,
    detail,
    attempts,
    message: (message ?? null) as unknown as JsonValue,
    raw: fields.map(([name, bytes]) => [name, Buffer.from(bytes).toString("latin1")]),
  };
}

/** A time that is left, in tens of seconds: one world knows it exactly, the other to some milliseconds. 0: next to nothing. */
export function coarse(ms: number): number {
  return ms < COARSE_MS / 2 ? 0 : Math.ceil(ms / COARSE_MS);
}

/** What no world may show, also if both do: an error that is none of the library's, a watch that is not told, trouble. */
export function failureIn(shown: unknown): string | undefined {
  if (typeof shown !== "object" || shown === null) return undefined;
  for (const [key, value] of Object.entries(shown)) {
    const isFailure =
      key === "thrown" || key === "neverTold" || (key === "troubles" && (value as unknown[]).length > 0);
    const found = isFailure ? `${key} ${JSON.stringify(value)}` : failureIn(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
