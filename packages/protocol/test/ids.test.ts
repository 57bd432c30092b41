import { describe, expect, it } from "vitest";
import {
  checkAddress,
  checkAgentId,
  checkRecordKey,
  checkTopic,
  isAddress,
  isAgentId,
  isMessageId,
  isMessageType,
  MESSAGE_ID_PATTERN,
} from "../src/ids.js";
import { failure } from "./failure.js";

const GOOD_IDS = [
  "a",
  "A",
  "7",
  "agent_001",
  "backend-supervisor-001",
  "a.b.c",
  "a-",
  "a_",
  "a.",
  "x".repeat(63),
  "CON",
];
const BAD_IDS = [
  "",
  ".a",
  "-a",
  "_a",
  "a..b",
  "a..",
  "x".repeat(64),
  "x".repeat(10_240),
  "a b",
  "a/b",
  "a:b",
  "a{b}",
  "a*",
  "*",
  "#a",
  "..",
  "ä",
  "a\n",
  "a\u0000",
  "a\u200b",
  "\u202eabc",
  "a\u2028",
];

describe("agent ids", () => {
  it.each(GOOD_IDS)("%j is one", (id) => {
    expect(isAgentId(id)).toBe(true);
    expect(() => checkAgentId(id, "from")).not.toThrow();
    expect(() => checkRecordKey(id, "key")).not.toThrow();
    expect(() => checkTopic(id, "topic")).not.toThrow();
  });

  it.each(BAD_IDS)("%j is none", (id) => {
    expect(isAgentId(id)).toBe(false);
    for (const check of [checkAgentId, checkRecordKey, checkTopic]) {
      expect(failure(() => check(id, "from")).code).toBe("INVALID_AGENT_ID");
    }
  });

  it.each([undefined, null, 7, true, {}, ["a"], Symbol("a"), () => "a"])("%s is none", (value) => {
    expect(isAgentId(value)).toBe(false);
    expect(failure(() => checkAgentId(value, "from")).code).toBe("INVALID_AGENT_ID");
  });

  it("an error names the field, shows the value and says what to do", () => {
    const error = failure(() => checkAgentId("a/b", "agentId"));
    expect(error.message).toContain('agentId is "a/b"');
    expect(error.message).toContain("at most 63 characters");
    expect(error).toMatchObject({ details: { field: "agentId" }, retryable: false, outcome: "none" });
  });

  it("an error cannot be made long, nor to forge a line of a log", () => {
    const { message } = failure(() => checkAgentId(`\n\u001b[31m\u202e${"x".repeat(10_240)}`, "from"));
    expect(message).toMatch(/^[\x20-\x7e]{1,400}$/);
  });
});

describe("topics", () => {
  it("are named without the #", () => {
    expect(failure(() => checkTopic("#news", "topics")).message).toContain('leave out the "#"');
  });
});

describe("addresses", () => {
  it.each(["*", "#news", "#a.b", ...GOOD_IDS])("%j is one", (to) => {
    expect(isAddress(to)).toBe(true);
    expect(() => checkAddress(to, "to")).not.toThrow();
  });

  it.each([
    "**",
    "#",
    "##a",
    "#*",
    "#a..b",
    `#${"x".repeat(64)}`,
    ...BAD_IDS.filter((id) => id !== "*" && id !== "#a"),
  ])("%j is none", (to) => {
    expect(isAddress(to)).toBe(false);
    expect(failure(() => checkAddress(to, "to")).code).toBe("INVALID_AGENT_ID");
  });
});

describe("message ids", () => {
  it("are 1 to 128 printable ASCII characters, as their pattern says", () => {
    const texts = [
      "a",
      " ",
      "~",
      "response-1/{:}*..",
      "x".repeat(128),
      "",
      "x".repeat(129),
      "a\n",
      "\u007f",
      "é",
      "\u200b",
    ];
    expect(texts.map(isMessageId)).toEqual([true, true, true, true, true, false, false, false, false, false, false]);
    expect(texts.map((text) => MESSAGE_ID_PATTERN.test(text))).toEqual(texts.map(isMessageId));
    expect(isMessageId(7)).toBe(false);
  });
});

describe("message types", () => {
  it("start with a lower-case letter", () => {
    const texts = ["task_assignment", "a", "chat.line_2", `a${"b".repeat(62)}`];
    const wrong = ["", "A", "2a", "_a", "a-b", "a b", `a${"b".repeat(63)}`, "a\n"];
    expect(texts.map(isMessageType)).toEqual(texts.map(() => true));
    expect(wrong.map(isMessageType)).toEqual(wrong.map(() => false));
    expect(isMessageType(undefined)).toBe(false);
  });
});
