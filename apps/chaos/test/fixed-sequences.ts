import type { Command, OutgoingNote, Sequence } from "../src/model/command.js";

const note = (more: Partial<OutgoingNote> = {}): OutgoingNote => ({
  from: "eve",
  to: "ann",
  priority: "medium",
  expires: false,
  ...more,
});
const send = (more: Partial<Extract<Command, { do: "send" }>> = {}): Command => ({
  do: "send",
  by: "A",
  note: note(),
  ...more,
});
const receive = (limit: number, more: Partial<Extract<Command, { do: "receive" }>> = {}): Command => ({
  do: "receive",
  by: "A",
  agent: "ann",
  limit,
  lease: "longer",
  ...more,
});
const settle = (more: Partial<Extract<Command, { do: "settle" }>> = {}): Command => ({
  do: "settle",
  back: 0,
  through: "delivery",
  kind: "ack",
  lease: "longer",
  ...more,
});

/** Sequences that once told memory and Redis apart, or would if what they are named after broke. */
export const fixedSequences: Readonly<Record<string, Sequence>> = {
  "a delayed message stands ahead of what is sent after it fell due": [send({ delay: "short" }), send(), receive(1)],
  "a delayed message stands ahead of what is redriven after it fell due": [
    send(),
    receive(1),
    settle({ kind: "reject" }),
    send({ delay: "short" }),
    { do: "redrive", by: "B", agent: "ann" },
    receive(1),
  ],
  "what was retried and what lapsed come back in the order of sending": [
    { do: "sendMany", by: "A", notes: [note(), note(), note(), note()] },
    receive(3),
    settle({ kind: "retry" }),
    settle({ back: 1, kind: "extend", lease: "short" }),
    settle({ back: 2, kind: "retry", delay: "short" }),
    receive(2, { by: "B" }),
    receive(2, { by: "B" }),
  ],
  "a lease that is over counts as ready before anybody looks": [send(), receive(1, { lease: "short" })],
  "a delay that is over counts as ready before anybody looks": [send({ delay: "long" }), { do: "pass" }],
  "who looks into a mailbox that was deleted meanwhile is reached by a broadcast again": [
    receive(1, { by: "B" }),
    { do: "deleteMailbox", by: "A", agent: "ann", discard: false },
    receive(1, { by: "B" }),
    send({ note: note({ to: "*" }) }),
    receive(1, { by: "B" }),
  ],
  "who looks into a mailbox that was deleted and opened anew makes it no orphan": [
    receive(1, { by: "B" }),
    { do: "deleteMailbox", by: "A", agent: "ann", discard: false },
    { do: "openMailbox", by: "A", agent: "ann" },
    receive(1, { by: "B" }),
  ],
  "what a closed transport held is taken from it by its token, or lapses": [
    { do: "sendMany", by: "A", notes: [note(), note()] },
    receive(2, { by: "B" }),
    { do: "restart", who: "B" },
    settle({ through: "A" }),
    { do: "pass" },
    { do: "pass" },
    settle({ back: 1, through: "A", kind: "extend" }),
    receive(2, { by: "B" }),
    { do: "pass" },
    { do: "pass" },
    receive(2),
    settle({ back: 1, through: "B" }),
  ],
  "a poison message is buried by the attempt that is one too many, with its reasons": [
    send(),
    ...[1, 2, 3].flatMap(() => [receive(1), settle({ kind: "retry", through: "B" })]),
    receive(1),
    { do: "deadLetters", by: "B", agent: "ann", limit: 5 },
    { do: "redrive", by: "A", agent: "ann", which: [0] },
    receive(1),
  ],
  "what expires while it waits is buried when somebody looks, and redriven in vain": [
    send({ note: note({ expires: true }) }),
    { do: "pass" },
    receive(1),
    { do: "redrive", by: "A", agent: "ann" },
    receive(1),
    { do: "deadLetters", by: "A", agent: "ann", limit: 5 },
  ],
  "a record that expires is told to those who knew it, and its version is no longer worth anything": [
    { do: "put", by: "A", collection: "blue", key: "a", ttl: "long" },
    { do: "watch", by: "B", collection: "blue", prefix: "" },
    { do: "pass" },
    { do: "put", by: "A", collection: "blue", key: "a", ifVersion: { back: 1 } },
    { do: "put", by: "A", collection: "blue", key: "a", ifVersion: "must not exist", ttl: "short" },
    { do: "get", by: "B", collection: "blue", key: "a" },
  ],
};
