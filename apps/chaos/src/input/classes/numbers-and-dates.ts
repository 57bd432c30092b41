import fc from "fast-check";
import { sampleMessages, withRaw } from "../arbitraries/samples.js";
import { timestampText, type WireMessage } from "../arbitraries/wire-message.js";
import { type EntryCase, messageEntry } from "../entries/entry-case.js";
import { openReaderCheck } from "../entries/reader-check.js";
import type { InputClass } from "../input-class.js";

const numberText = fc.oneof(
  fc.constantFrom(
    "9007199254740993",
    "9007199254740992",
    "9007199254740991",
    "-0",
    "0",
    "-0.0",
    "1e400",
    "-1e400",
    "1e-400",
    "5e-324",
    "1.7976931348623157e308",
    "1E+2",
    "0e0",
    "1.0",
    "2.50",
    "-1",
    "100",
    "100.0000001",
    "4294967296",
    "1e3",
    "0.1e1",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
  fc.integer({ min: -2, max: 5 }).map(String),
);

const MESSAGES = {
  count: [0, "content/attempt", (value: number) => Number.isSafeInteger(value) && value >= 1],
  attempt: [1, "content/attempt", (value: number) => Number.isSafeInteger(value) && value >= 1],
  tasks: [2, "content/current_tasks", (value: number) => Number.isSafeInteger(value) && value >= 0],
  load: [3, "content/current_tasks", (value: number) => Number.isSafeInteger(value) && value >= 0],
  time: [1, "content/execution_time_ms", (value: number) => value >= 0 && value <= Number.MAX_VALUE],
  percent: [1, "content/completion_percentage", (value: number) => value >= 0 && value <= 100],
  progress: [2, "content/completion_percentage", (value: number) => value >= 0 && value <= 100],
  result: [1, "content/result", () => true],
  details: [4, "content/details", () => true],
  data: [5, "content/data", () => true],
  own: [6, "content/own", () => true],
  unknown: [6, "unknown", () => true],
  id: [6, "message_id", () => false],
  timestamp: [6, "timestamp", () => false],
} as const;

const number = fc
  .tuple(fc.constantFrom(...Object.values(MESSAGES)), numberText)
  .map(([[type, place, fits], raw]) =>
    messageEntry(
      withRaw(sampleMessages[type] as WireMessage, place, raw),
      fits(JSON.parse(raw) as number) ? "read" : "refused",
    ),
  );

const ABSURD_DATES = [
  "2024-02-30",
  "2023-02-29T00:00:00Z",
  "2024-13-01",
  "2024-00-10",
  "2024-01-00",
  "2024-01-32",
  "2024-01-15T25:00:00Z",
  "2024-01-15T24:00:01Z",
  "2024-01-15T23:60:00Z",
  "2024-01-15T23:59:61Z",
  "2024-01-15T10:30:00+24:00",
  "2024-01-15T10:30:00+01:60",
  "+275760-09-13T00:00:00.000Z",
  "-000001-01-01T00:00:00Z",
  "10000-01-01T00:00:00Z",
  "2024-W03-1",
  "2024-015",
  "2024",
  "2024-01",
  "15.01.2024",
  "01/15/2024",
  "Mon, 15 Jan 2024 10:30:00 GMT",
  "1705314600000",
  "now",
  "",
  " 2024-01-15",
  "2024-01-15\n",
  "2024-01-15T10:30:00.Z",
  "2024-01-15T10:30:00.1234567890123456789Z",
  "٢٠٢٤-٠١-١٥",
  "2024−01−15",
  "2024-01-15T10:30:00 Z",
  "Infinity",
  "0000-00-00T00:00:00Z",
];
const STRANGE_DATES = [
  "0000-01-01",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:60Z",
  "2024-02-29T24:00:00Z",
  "20240115t10",
  "2024-01-15 10:30:00,5-00",
  "1969-12-31T23:59:59.999+14",
  "9999-12-31T24:00:00-23:59",
  "2999-01-15T10:30:00,123456",
];

const datePlace = fc.constantFrom([0, "timestamp"], [0, "content/deadline"], [0, "expires_at"], [6, "timestamp"], [
  6,
  "expires_at",
] as const);

const date = (text: fc.Arbitrary<string>, expect: "read" | "refused") =>
  fc.tuple(datePlace, text).map(([[type, place], instant]): EntryCase => {
    return messageEntry(
      withRaw(sampleMessages[type as number] as WireMessage, place as string, JSON.stringify(instant)),
      expect,
    );
  });

/** Numbers and instants at the edge of what can be said, and beyond. An agent that is given them goes on. */
export const numbersAndDates: InputClass<EntryCase> = {
  name: "numbers-and-dates",
  title: "numbers that JavaScript cannot hold and days that do not exist hurt neither a reader nor an agent",
  cases: fc.oneof(
    { weight: 3, arbitrary: number },
    { weight: 2, arbitrary: date(timestampText, "read") },
    { weight: 1, arbitrary: date(fc.constantFrom(...STRANGE_DATES), "read") },
    { weight: 1, arbitrary: date(fc.constantFrom(...ABSURD_DATES), "refused") },
    {
      weight: 1,
      arbitrary: date(
        fc.string({ maxLength: 12 }).filter((text) => !/^\d{4}/.test(text)),
        "refused",
      ),
    },
  ),
  batch: 250,
  open: openReaderCheck,
};
