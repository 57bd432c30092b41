import type { Transport, TransportOptions } from "@agentcomm/protocol";

/** The transports on which every layer above them is tested: `describe.each(transportKinds)("on %s", (kind) => …)`. */
export const transportKinds = ["memory", "redis"] as const;

export type TransportKind = (typeof transportKinds)[number];

/** A store of a test's own: nothing in it meets what another test stores. */
export interface Store extends AsyncDisposable {
  readonly kind: TransportKind;
  /** What another process needs in its environment to open the same store by `joinStore`. Empty on memory, which stays within one. */
  readonly env: Readonly<Record<string, string>>;
  /** A new transport on this store, as if another process had opened it. The store closes it, if the test hasn't. */
  transport(options?: TransportOptions): Transport;
  /** Closes every transport that is still open and removes what was stored. */
  close(): Promise<void>;
}

/**
 * Opens an empty store. On Redis that is a namespace of its own, on one server per test process, which ends with the process.
 *
 * ```ts
 * await using store = await openStore(kind);
 * const sender = store.transport();
 * const receiver = store.transport();
 * ```
 */
export async function openStore(kind: TransportKind): Promise<Store> {
  // Each kind is loaded when it is asked for: a suite on memory needs no Redis client.
  if (kind === "memory") return (await import("./memory-store.js")).openMemoryStore();
  return (await import("./redis-store.js")).openRedisStore();
}

/** Opens, from another process, the store whose `env` this process was started with. Closing it leaves what is stored. */
export async function joinStore(env: NodeJS.ProcessEnv = process.env): Promise<Store> {
  return (await import("./redis-store.js")).joinRedisStore(env);
}
