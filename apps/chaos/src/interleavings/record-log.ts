import type { AppendEntry } from "@agentcomm/protocol";

/** Sees every write at the moment at which it takes effect: what a scenario's invariants are checked on. It may throw. */
export interface RecordLog {
  put(by: string, collection: string, key: string, value: Uint8Array): void;
  delete(by: string, collection: string, key: string): void;
  /** A message that was stored. */
  sent(entry: AppendEntry): void;
}
