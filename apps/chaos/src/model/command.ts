/**
 * What a sequence of the model is made of: plain data, so that a sequence can be printed, kept and played again. Whatever a
 * command refers to (a delivery, a dead letter, a version) it names by counting, since ids and tokens differ between stores.
 */
import type { Priority } from "@agentcomm/protocol";

/** One of the two transports that a world has, as if each were a process of its own. */
export type Who = "A" | "B";

/** The agents of the model. Senders may be receivers too, so that a broadcast has somebody to leave out. */
export const AGENTS = ["ann", "bob", "eve"] as const;
export const TOPICS = ["news", "jobs"] as const;
export const COLLECTIONS = ["blue", "red"] as const;
export const KEYS = ["a", "ab", "b"] as const;

export type AgentName = (typeof AGENTS)[number];
export type TopicName = (typeof TOPICS)[number];
export type CollectionName = (typeof COLLECTIONS)[number];
export type KeyName = (typeof KEYS)[number];

/**
 * How long something lasts. "short" is over before the next command; "long" ends by one `pass` of its length or more. The
 * lengths are in {@link DURATIONS}: they lie so far apart that no machine is too slow for them.
 */
export type Duration = "short" | "long" | "longer";

/** Milliseconds. */
export const DURATIONS: Readonly<Record<Duration, number>> = { short: 2, long: 12_000, longer: 45_000 };

/** How far `pass` moves the time on, in milliseconds: over every "long", and over every "longer" by two. */
export const PASS_MS = 25_000;

export interface OutgoingNote {
  readonly from: AgentName;
  readonly to: AgentName | "*" | `#${TopicName}`;
  readonly priority: Priority;
  /** Whether it expires by the next `pass`. */
  readonly expires: boolean;
}

export type SettleKind = "ack" | "retry" | "reject" | "extend";

/** Which version a write insists on: that of the n-th write before (of whatever record), or that there is no record. */
export type VersionReference = { readonly back: number } | "must not exist";

export type Command =
  | {
      readonly do: "send";
      readonly by: Who;
      readonly note: OutgoingNote;
      readonly delay?: Duration;
      readonly key?: string;
    }
  | { readonly do: "sendMany"; readonly by: Who; readonly notes: readonly OutgoingNote[] }
  | {
      readonly do: "openMailbox";
      readonly by: Who;
      readonly agent: AgentName;
      readonly topics?: readonly TopicName[];
      readonly capacity?: number;
    }
  | { readonly do: "deleteMailbox"; readonly by: Who; readonly agent: AgentName; readonly discard: boolean }
  | {
      readonly do: "receive";
      readonly by: Who;
      readonly agent: AgentName;
      readonly limit: number;
      readonly lease: Duration;
    }
  /** One receives, and waits; then the other sends. */
  | { readonly do: "await"; readonly by: Who; readonly agent: AgentName; readonly note: OutgoingNote }
  | {
      readonly do: "settle";
      /** The n-th last delivery. */
      readonly back: number;
      /** By the delivery itself, or by its token through either transport. */
      readonly through: "delivery" | Who;
      readonly kind: SettleKind;
      /** Of a retry; absent: at once. */
      readonly delay?: Duration;
      /** Of an extend. */
      readonly lease: Duration;
    }
  /** Foreign bytes in a mailbox, as a stranger would store them. */
  | { readonly do: "putRaw"; readonly agent: AgentName; readonly fields: Readonly<Record<string, string>> }
  | {
      readonly do: "deadLetters";
      readonly by: Who;
      readonly agent: AgentName;
      readonly limit: number;
      readonly after?: number;
    }
  /** `which`: the n-th dead letters of the last listing; absent: all. */
  | { readonly do: "redrive"; readonly by: Who; readonly agent: AgentName; readonly which?: readonly number[] }
  | { readonly do: "purge"; readonly by: Who; readonly agent: AgentName; readonly which?: readonly number[] }
  /** Ends a transport that settles nothing of what it holds, and begins another one in its place. */
  | { readonly do: "restart"; readonly who: Who }
  | { readonly do: "pass" }
  | {
      readonly do: "put";
      readonly by: Who;
      readonly collection: CollectionName;
      readonly key: KeyName;
      readonly ifVersion?: VersionReference;
      readonly ttl?: Duration;
    }
  | {
      readonly do: "delete";
      readonly by: Who;
      readonly collection: CollectionName;
      readonly key: KeyName;
      readonly ifVersion?: VersionReference;
    }
  | { readonly do: "get"; readonly by: Who; readonly collection: CollectionName; readonly key: KeyName }
  | {
      readonly do: "list";
      readonly by: Who;
      readonly collection: CollectionName;
      readonly prefix: string;
      readonly after: string;
      readonly limit: number;
    }
  | { readonly do: "watch"; readonly by: Who; readonly collection: CollectionName; readonly prefix: string };

export type Sequence = readonly Command[];
