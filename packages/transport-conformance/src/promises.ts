/** What every transport promises: the name of each promise, and precisely what it says. */
export const PROMISES = {
  "stored, then resolved": "`send` resolves once the message is stored. It may be sent before the receiver ever ran",
  "at least once":
    "a message leaves a mailbox only by ack, or into the dead letters. Never by trimming, never silently",
  priority:
    "critical before high before medium before low; first in, first out within one per sender; what is offered again stands where it stood, a delayed message from when it falls due; `limit` is exact across them",
  "leases, fenced":
    "who lost its lease can no longer settle or extend: LEASE_LOST, and nothing changes. Settling late but before the message is offered again succeeds",
  "dead holder": "its deliveries are offered again, `attempt` one higher, within lease + 1 s",
  "poison stops": "after `maxDeliveries` a message goes to the dead letters with its reasons; others are not held up",
  "unreadable is kept":
    "a stored entry that does not decode goes to the dead letters with its raw bytes, byte for byte",
  "one send, one message":
    "a send whose reply got lost is stored once; `idempotencyKey` does it for the caller's own repeats",
  "back-pressure":
    "over `capacity` (ready, delayed, in flight and dead) `send` rejects with MAILBOX_FULL. Nothing is dropped to make room",
  delay: "`delayMs` and retry back-off hold a message, durably; due means visible within 250 ms",
  wakes: "a waiting receiver has the message within `wakeMs`, in a quiet system",
  "no residue": "after drain and `deleteMailbox`, nothing of the agent is left in the store",
  "outages end":
    'every call ends by its `timeoutMs` with a value or an AgentCommError; an ack whose reply got lost is "unknown", not LEASE_LOST',
  isolation: "two namespaces never meet; sender and receiver never share an object",
  "fan-out": "a message to `*` or to a topic reaches every member's mailbox; the receipt says whom, and who refused",
  subscribe: "the handler's promise is the acknowledgement; the lease is renewed while it runs; stopping loses nothing",
  "dead letters": "they can be listed, put back and purged, without loss",
  records:
    "small shared documents with a version that never repeats, listed by key, replaced only as the caller knows them",
  "records expire": "a record with a time to live is gone after it, and never earlier",
  watch: "a watcher gets the present state first, then reaches the newest state of every key; ends are always told",
  lifecycle: "the first use opens; after close everything is refused with CLOSED",
  limits: "what breaks the format, or is too large or too deep, is refused before anything is stored",
  stats: "what each mailbox holds, and whether the store answers",
} as const;

/** The name of a promise. */
export type PromiseName = keyof typeof PROMISES;
