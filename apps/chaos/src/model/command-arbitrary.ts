import { PRIORITIES } from "@agentcomm/protocol";
import fc from "fast-check";
import {
  AGENTS,
  COLLECTIONS,
  type Command,
  type Duration,
  KEYS,
  type OutgoingNote,
  TOPICS,
  type Who,
} from "./command.js";

const who: fc.Arbitrary<Who> = fc.constantFrom("A", "B");
// Mostly one agent, so that what is sent, received and settled meets.
const agent = fc.oneof({ weight: 5, arbitrary: fc.constant(AGENTS[0]) }, fc.constantFrom(...AGENTS));
const duration = (...of: Duration[]): fc.Arbitrary<Duration> => fc.constantFrom(...of);
const collection = fc.oneof({ weight: 3, arbitrary: fc.constant(COLLECTIONS[0]) }, fc.constantFrom(...COLLECTIONS));
const key = fc.constantFrom(...KEYS);

/** A record whose field may be absent, and mostly is. */
function rarely<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, value);
}

/** As fc.record, leaving out what is undefined. */
function command(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Command> {
  return fc
    .record(fields)
    .map(
      (made) =>
        Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as unknown as Command,
    );
}

const note: fc.Arbitrary<OutgoingNote> = fc.record({
  from: fc.constantFrom(...AGENTS),
  to: fc.oneof(
    { weight: 8, arbitrary: agent },
    fc.constant("*" as const),
    fc.constantFrom(...TOPICS.map((topic) => `#${topic}` as const)),
  ),
  // Mostly one, so that order within a priority shows.
  priority: fc.oneof({ weight: 3, arbitrary: fc.constant("medium" as const) }, fc.constantFrom(...PRIORITIES)),
  expires: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const direct = note.filter(({ to }) => to !== "*" && !to.startsWith("#"));

const foreignFields = fc.constantFrom<Record<string, string>>(
  { message: "{" },
  { message: "\xff\xfe" },
  { other: "no message at all" },
  { message: '{"message_id":"x"}', more: "\x00\x01" },
);
const which = rarely(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }));
const ifVersion = rarely(fc.oneof(fc.constant("must not exist" as const), fc.record({ back: fc.nat({ max: 3 }) })));

/** Each kind of command, by how often it is worth being made. */
const kinds: readonly (readonly [weight: number, made: fc.Arbitrary<Command>])[] = [
  [
    10,
    command({
      do: fc.constant("send"),
      by: who,
      note,
      delay: rarely(duration("short", "long", "longer")),
      key: rarely(fc.constantFrom("k1", "k2")),
    }),
  ],
  [4, command({ do: fc.constant("sendMany"), by: who, notes: fc.array(direct, { minLength: 2, maxLength: 5 }) })],
  [
    2,
    command({
      do: fc.constant("openMailbox"),
      by: who,
      agent,
      topics: rarely(fc.subarray([...TOPICS])),
      capacity: rarely(fc.integer({ min: 1, max: 6 })),
    }),
  ],
  [1, command({ do: fc.constant("deleteMailbox"), by: who, agent, discard: fc.boolean() })],
  [
    12,
    command({
      do: fc.constant("receive"),
      by: who,
      agent,
      limit: fc.integer({ min: 1, max: 4 }),
      lease: duration("longer", "long", "short"),
    }),
  ],
  [1, command({ do: fc.constant("await"), by: who, agent, note: direct })],
  [
    14,
    command({
      do: fc.constant("settle"),
      back: fc.nat({ max: 5 }),
      through: fc.constantFrom("delivery", "A", "B"),
      kind: fc.constantFrom("ack", "retry", "reject", "extend"),
      delay: rarely(duration("short", "long", "longer")),
      lease: duration("longer", "long", "short"),
    }),
  ],
  [1, command({ do: fc.constant("putRaw"), agent, fields: foreignFields })],
  [
    3,
    command({
      do: fc.constant("deadLetters"),
      by: who,
      agent,
      limit: fc.integer({ min: 1, max: 5 }),
      after: rarely(fc.nat({ max: 3 })),
    }),
  ],
  [2, command({ do: fc.constant("redrive"), by: who, agent, which })],
  [1, command({ do: fc.constant("purge"), by: who, agent, which })],
  [1, command({ do: fc.constant("restart"), who })],
  [4, command({ do: fc.constant("pass") })],
  [
    4,
    command({
      do: fc.constant("put"),
      by: who,
      collection,
      key,
      ifVersion,
      ttl: rarely(duration("short", "long", "longer")),
    }),
  ],
  [2, command({ do: fc.constant("delete"), by: who, collection, key, ifVersion })],
  [1, command({ do: fc.constant("get"), by: who, collection, key })],
  [
    1,
    command({
      do: fc.constant("list"),
      by: who,
      collection,
      prefix: fc.constantFrom("", "a", "ab"),
      after: fc.constantFrom("", "a", "b"),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  ],
  [1, command({ do: fc.constant("watch"), by: who, collection, prefix: fc.constantFrom("", "a") })],
];

const some = fc.array(fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
  maxLength: 20,
  size: "max",
});

/** Random sequences of twenty commands, more or less, which shrink to short ones of simple commands. */
export const sequences: fc.Arbitrary<Command[]> = fc.tuple(some, some).map((halves) => halves.flat());
