import { createRequire } from "node:module";
import fc, { type Arbitrary } from "fast-check";
import { fromSchema, type Schema, type SchemaContext } from "./from-schema.js";

/** A message on the wire, as an object: valid, unless a case makes it otherwise. */
export type WireMessage = Readonly<Record<string, unknown>>;

const two = (text: number): string => String(text).padStart(2, "0");

/** Instants that a message may carry, in the forms that ISO 8601 knows. */
export const timestampText: Arbitrary<string> = fc
  .record({
    year: fc.oneof(fc.integer({ min: 2_000, max: 2_100 }), fc.integer({ min: 0, max: 9_999 })),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    time: fc.constantFrom(
      "",
      "T10",
      "T10:30",
      "T103059",
      "T10:30:59",
      "T10:30:59.1",
      "t23:59:60,123456789",
      " 00:00:00.000",
    ),
    zone: fc.constantFrom("", "Z", "z", "+00:00", "-0330", "+14"),
    basic: fc.boolean(),
  })
  .map(({ year, month, day, time, zone, basic }) => {
    const date = [String(year).padStart(4, "0"), two(month), two(day)].join(basic ? "" : "-");
    return time === "" ? date : date + time + zone;
  });

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const textOf = (characters: string, minLength: number, maxLength: number): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

/** Names of agents and topics. */
export const nameText: Arbitrary<string> = fc
  .tuple(textOf(`${LETTERS.toUpperCase()}${LETTERS}09`, 1, 1), textOf(`${LETTERS}AZ059._-`, 0, 62))
  .map(([first, rest]) => (first + rest).replace(/\.{2,}/g, "."));

const identifierText = fc.string({ minLength: 1, maxLength: 128 });
const typeText = fc
  .tuple(textOf(LETTERS, 1, 1), textOf(`${LETTERS}09_.`, 0, 61))
  .map(([first, rest]) => `x${first}${rest}`);
const hex = (length: number) => textOf("0123456789abcdef", length, length);
const traceparent = fc.tuple(hex(32), hex(16)).map(([trace, span]) => `00-${trace}-${span}-01`);

const schema: unknown = createRequire(import.meta.url)("@agentcomm/protocol/schema/agent-message.schema.json");
const { anyOf, $defs } = schema as { anyOf: readonly Schema[]; $defs: Readonly<Record<string, Schema>> };
const patternOf = (name: string): string => $defs[name]?.pattern ?? `no ${name}`;

const TEXTS: readonly (readonly [RegExp | string, Arbitrary<string>])[] = [
  [patternOf("message_id"), identifierText],
  [patternOf("agent_id"), nameText],
  [
    patternOf("address"),
    fc.oneof(
      nameText,
      fc.constant("*"),
      nameText.map((name) => `#${name}`),
    ),
  ],
  [patternOf("timestamp"), timestampText],
  [/\[0-9a-f\]\{32\}/, traceparent],
  [/\[a-z\]\[a-z0-9_\.\]/, typeText],
];

const texts = new Map(
  patternsOf(schema).map((pattern) => {
    const found = TEXTS.find(([about]) => (typeof about === "string" ? about === pattern : about.test(pattern)));
    if (found === undefined) throw new Error(`no texts are known for the pattern ${pattern}`);
    return [pattern, found[1]] as const;
  }),
);

/** What others know: a task that is there, and who has it. */
const likely: SchemaContext["likely"] = {
  from_agent: ["worker-1", "supervisor"],
  task_id: ["t-1"],
  attempt: [1],
  task_type: ["work"],
  action: ["cancel_task", "task_changed"],
  data: [{ taskId: "t-1", attempt: 1, reason: "over" }, { taskId: "t-1" }],
  headers: [{ "expects-answer": "true" }],
};

const context: SchemaContext = { definitions: $defs, texts, likely };

/** Valid messages of one kind each, built-in and custom, made from the published schema. */
const wireMessages: readonly Arbitrary<WireMessage>[] = anyOf.map(
  (each) => fromSchema(each, context) as Arbitrary<WireMessage>,
);

/** Valid messages of every type. */
export const wireMessage: Arbitrary<WireMessage> = fc.oneof(...wireMessages);

function patternsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { pattern } = value as { pattern?: unknown };
  return [...Object.values(value).flatMap(patternsOf), ...(typeof pattern === "string" ? [pattern] : [])];
}
