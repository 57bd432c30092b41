import type { Mutant } from "./mutant.js";

/** The nine wrong drivers that the rows must catch between them. */
export const ALL_MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-handling",
    fault: "acks a message before its handler has run",
    file: "protocol/dist/subscribe.js",
    find: "handling = Promise.resolve(this.#handler(delivery));",
    replace: "handling = delivery.ack().then(() => this.#handler(delivery));",
  },
  {
    name: "unfenced-ack",
    fault: "acks for whoever asks, without looking who holds the lease",
    file: "transport-redis/dist/scripts/settle.js",
    find: "local fine = known == count or not known and holds(queue, id, incarnation, count)",
    replace: "local fine = true",
  },
  {
    name: "maxlen",
    fault: "trims a mailbox to its newest 500 messages (MAXLEN)",
    file: "transport-redis/dist/scripts/append.js",
    find: "call('XADD', queues[lane], '*',",
    replace: "call('XADD', queues[lane], 'MAXLEN', '=', '500', '*',",
  },
  {
    name: "delconsumer-with-pending",
    fault: "removes the consumers of receivers that are gone with what they hold (DELCONSUMER)",
    file: "transport-redis/dist/scripts/recover.js",
    find: "if consumer.pending == 0 then",
    replace:
      "if consumer.pending > 0 and consumer.idle > lease then call('XGROUP', 'DELCONSUMER', queue, 'agents', consumer.name) elseif consumer.pending == 0 then",
  },
  {
    name: "no-sequence-check",
    fault: "runs a batch again that is sent again because its answer got lost",
    file: "transport-redis/dist/scripts/once.js",
    find: "if known[2] then",
    replace: "if false then",
  },
  {
    name: "group-at-end",
    fault: "makes a mailbox's group at its end ($): what was sent before is never received",
    file: "transport-redis/dist/scripts/take.js",
    find: "redis.pcall('XGROUP', 'CREATE', queue, 'agents', '0')",
    replace: "redis.pcall('XGROUP', 'CREATE', queue, 'agents', '$')",
  },
  {
    name: "renew-all",
    fault: "renews whatever is pending, the leases of the dead included",
    file: "transport-redis/dist/scripts/renew.js",
    find: "answers[#answers + 1] = held and 1 or 0",
    replace:
      "for _, entry in ipairs(redis.call('XPENDING', queue, 'agents', '-', '+', 10000)) do redis.call('XCLAIM', queue, 'agents', entry[2], 0, entry[1], 'JUSTID') end answers[#answers + 1] = held and 1 or 0",
  },
  {
    name: "no-depth-limit",
    fault: "parses whatever depth a stranger sends",
    file: "protocol/dist/parse-json.js",
    find: "checkDepth(text, what, limits);",
    replace: "",
  },
  {
    name: "drops-unreadable",
    fault: "acks what it cannot decode, instead of keeping it in the dead letters",
    file: "protocol/dist/inbox.js",
    find: '{ kind: "dead", reason: deadReason, detail }',
    replace: 'deadReason === "unreadable" ? { kind: "ack" } : { kind: "dead", reason: deadReason, detail }',
  },
];
