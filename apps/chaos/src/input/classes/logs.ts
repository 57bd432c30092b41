import { isDeepStrictEqual } from "node:util";
import { enableFileLogging } from "@agentcomm/file-logger";
import fc from "fast-check";
import { anyText } from "../arbitraries/json.js";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import type { InputClass } from "../input-class.js";
import { LOG_CALLS } from "../logs/log-calls.js";
import { openLogFolder } from "../logs/log-folder.js";
import { PLANTED } from "../logs/planted-secrets.js";
import { build, type Recipe } from "../values/recipe.js";
import { anyRecipe } from "../values/recipes.js";

/** A text that wants to be more than one line, through which call, with what beside it. */
export interface LogCase {
  readonly call: string;
  readonly text: string;
  /** The name of a planted secret, or a value that may be hard to write down. */
  readonly data: { readonly planted: string } | { readonly value: Recipe };
}

const INJECTED = [
  '\n{"event":"forged"}\n',
  "\r\n",
  "\r",
  "\n",
  "\u001b[2J\u001b[1;1H",
  "\u009b31m",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202eabc",
  "\u2066",
  "\u200e",
  "\u200f",
  "\u061c",
  "\ufeff",
  "\0",
  "\x7f",
  "\b\b\b",
  '"}',
  '\\"',
  "\\n",
  "\\u000a",
  "\ud800",
  "\udc00x",
  "\ud83d\ude00",
  "%0a",
  "__proto__",
  "toJSON",
  "%s%d%j",
  "</script>",
  "\t",
];

const logText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...INJECTED),
  fc
    .array(fc.oneof(fc.constantFrom(...INJECTED), anyText), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("")),
);

/** Lines that would be more than one, terminals that would be commanded, secrets that would be written down. */
export const logs: InputClass<LogCase> = {
  name: "logs",
  title: "one record is one line of plain JSON, whatever it holds, and no secret gets into a file",
  cases: fc.record({
    call: fc.constantFrom(...Object.keys(LOG_CALLS)),
    text: logText.map((text) => `x${text}`),
    data: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.keys(PLANTED)).map((planted) => ({ planted })) },
      { weight: 1, arbitrary: anyRecipe.map((value) => ({ value })) },
    ),
  }),
  batch: 500,
  async open({ folder }) {
    return { check: (cases) => checkLogs(cases, folder), async [Symbol.asyncDispose]() {} };
  },
};

const SECRET = "hush-0123456789";

/** What a line must say. */
interface ExpectedLine {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether a secret was left out of it. */
  readonly redacted: boolean;
}

async function checkLogs(cases: readonly LogCase[], parent: string): Promise<void> {
  await using folder = await openLogFolder(parent);
  const expected = new Map<string, ExpectedLine[]>();
  const onError = (error: unknown): void => void expectAgentCommError(error, "what the file log reports");
  await using logger = enableFileLogging({ baseDir: folder.path, includeBodies: true, onError });
  for (const { call: name, text, data } of cases) {
    const call = LOG_CALLS[name];
    if (call === undefined) throw new Error(`nothing is logged by ${name}`);
    call.log(logger, text, "planted" in data ? planted(data.planted) : build(data.value));
    for (const [kind, fields] of Object.entries(call.lines(text))) {
      const line = { fields, redacted: kind === call.dataIn && "planted" in data };
      expected.set(kind, [...(expected.get(kind) ?? []), line]);
    }
  }
  await logger.flush();
  const written = await folder.read();
  for (const [kind, lines] of expected) checkFile(kind, written.get(kind) ?? "", lines);
  const unexpected = [...written.keys()].find((kind) => !expected.has(kind));
  if (unexpected !== undefined) throw new Error(`there are lines of ${unexpected}, and none was logged`);
}

function planted(name: string): unknown {
  const plant = PLANTED[name];
  if (plant === undefined) throw new Error(`no secret is planted as ${name}`);
  return plant(SECRET);
}

// What ends a line for some reader, commands a terminal, or turns text around. The newline alone ends a line.
const UNSAFE = [
  [0, 9],
  [0xb, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
] as const;

function unsafeAt(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code < 0x7f) continue;
    if (UNSAFE.some(([first, last]) => code >= first && code <= last)) return at;
  }
  return -1;
}

function checkFile(kind: string, text: string, expected: readonly ExpectedLine[]): void {
  const secretAt = text.indexOf(SECRET);
  if (secretAt >= 0)
    throw new Error(`a secret is in ${kind}: ${text.slice(Math.max(secretAt - 200, 0), secretAt + 40)}`);
  const unsafe = unsafeAt(text);
  if (unsafe >= 0)
    throw new Error(
      `U+${text.charCodeAt(unsafe).toString(16)} is in ${kind}: ${JSON.stringify(text.slice(Math.max(unsafe - 80, 0), unsafe + 20))}`,
    );
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error(`the last line of ${kind} is not finished`);
  if (lines.length !== expected.length)
    throw new Error(`${expected.length} records of ${kind} are ${lines.length} lines`);
  for (const [index, each] of expected.entries()) checkLine(lines[index] ?? "", each);
}

function checkLine(line: string, { fields, redacted }: ExpectedLine): void {
  const record = JSON.parse(line) as Readonly<Record<string, unknown>>;
  if (typeof record.timestamp !== "string") throw new Error(`no record: ${line}`);
  if (!isDeepStrictEqual(record, { ...record, ...fields }))
    throw new Error(`${line} does not say what was logged: ${JSON.stringify(fields)}`);
  if (redacted && !line.includes("[redacted]")) throw new Error(`what was logged beside a secret is gone: ${line}`);
}
