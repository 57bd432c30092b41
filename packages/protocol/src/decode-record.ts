import type { Clock } from "./clock.js";
import type { StoredRecord } from "./driver.js";
import { AgentCommError } from "./errors.js";
import { decodeJson } from "./json-value.js";
import type { Limits } from "./limits.js";
import type { VersionedRecord } from "./records.js";
import { toAgentCommError } from "./trouble.js";

/** A stored record as its reader gets it. */
export function decodeRecord<Value>(stored: StoredRecord, clock: Clock, limits: Limits): VersionedRecord<Value> {
  const { key, version, expiresInMs } = stored;
  let value: Value;
  try {
    value = decodeJson(stored.value, limits) as Value;
  } catch (error) {
    const { code, message, details } = toAgentCommError(error, "INVALID_MESSAGE", "value");
    throw new AgentCommError(code, `the record ${key} cannot be read: ${message}`, {
      outcome: "none",
      details: { ...details, key, version },
      cause: error,
    });
  }
  return {
    key,
    value,
    version,
    ...(expiresInMs === undefined ? {} : { expiresAt: Math.round(clock.now() + expiresInMs) }),
  };
}
