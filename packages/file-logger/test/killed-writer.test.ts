import { appendFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { enableFileLogging, type LogKind } from "../src/index.js";
import { openLogFolder, parseLines } from "./support/log-folder.js";
import { message, tellSent } from "./support/messages.js";
import { startWriter, type Writer } from "./support/start-writer.js";
import { createSteeredClock } from "./support/steered-clock.js";

const DAY = "2024-01-15";
const TORN = '{"message_id":"half-written","from_ag';

async function openTornFolder(kind: LogKind, content: string) {
  const folder = await openLogFolder();
  const file = folder.file(kind, DAY);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return folder;
}

test.each([
  ["the only line", "", TORN],
  ["the last of several lines", '{"message_id":"whole"}\n', TORN],
  ["a single byte", '{"message_id":"whole"}\n', "{"],
  ["a line of many blocks", '{"message_id":"whole"}\n', `{"body":"${"é".repeat(200_000)}`],
])("an unfinished line is set aside: %s", async (_, whole, torn) => {
  await using folder = await openTornFolder("message_audit", whole + torn);
  const clock = createSteeredClock(`${DAY}T12:00:00Z`);
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  tellSent(message("new"));
  await logger.flush();
  const ids = (await folder.lines("message_audit", DAY)).map((line) => line.message_id);
  expect(ids).toEqual(whole === "" ? ["new"] : ["whole", "new"]);
  await logger.flush();
  expect(await folder.lines("errors", DAY)).toEqual([
    {
      agent_id: null,
      error_type: "torn_line",
      error_message: "an unfinished line of a killed writer was taken out of a log file",
      details: { path: folder.file("message_audit", DAY), offset: whole.length, text: torn },
    },
  ]);
  expect((await logger.getLogStats()).linesSetAside).toBe(1);
});

test("an unfinished error is set aside among the errors", async () => {
  await using folder = await openTornFolder("errors", '{"agent_id":"a","error_ty');
  const clock = createSteeredClock(`${DAY}T12:00:00Z`);
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  logger.logError("a", "b", "c");
  await logger.flush();
  await logger.flush();
  expect(await folder.lines("errors", DAY)).toMatchObject([{ error_type: "b" }, { error_type: "torn_line" }]);
});

test("a writer that is killed beside a living one costs the living one no line", async () => {
  await using folder = await openLogFolder();
  const clock = createSteeredClock(`${DAY}T12:00:00Z`);
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  const file = folder.file("message_audit", DAY);
  for (let each = 0; each < 20; each++) {
    tellSent(message(`m${each}`));
    await logger.flush();
    // What another process leaves behind when it is killed in the middle of its write.
    await appendFile(file, TORN);
  }
  tellSent(message("m20"));
  await logger.flush();
  const ids = (await folder.lines("message_audit", DAY)).map((line) => line.message_id);
  expect(ids).toEqual(Array.from({ length: 21 }, (_, each) => `m${each}`));
  expect((await logger.getLogStats()).linesSetAside).toBe(20);
});

test("nothing that was flushed is lost by kill -9, and every line parses afterwards", async () => {
  await using folder = await openLogFolder();
  await using survivor = startWriter(folder.path, "survivor", "flushes");
  const flushed = new Map<string, number>();
  for (let round = 0; round < 5; round++) {
    await using victim = startWriter(folder.path, `victim${round}`, "flushes");
    await expect.poll(() => onDisk(victim), { timeout: 20_000 }).toBeGreaterThan(200 * round);
    victim.kill();
    expect(await victim.ended).toBeNull();
    flushed.set(`victim${round}`, onDisk(victim));
  }
  const atLastKill = onDisk(survivor);
  await expect.poll(() => onDisk(survivor), { timeout: 20_000 }).toBeGreaterThan(atLastKill);
  survivor.kill();
  await survivor.ended;
  flushed.set("survivor", onDisk(survivor));
  // The last one to be killed is mended by whoever writes next.
  await using next = startWriter(folder.path, "next", "lines:1");
  expect(await next.ended).toBe(0);
  flushed.set("next", 1);

  const ids = new Set<unknown>();
  for (const day of await readdir(folder.path)) {
    for (const { message_id } of parseLines(await folder.text("message_audit", day))) {
      expect(ids.has(message_id)).toBe(false);
      ids.add(message_id);
    }
  }
  for (const [name, count] of flushed) {
    const missing = Array.from({ length: count }, (_, each) => `${name}-${each}`).filter((id) => !ids.has(id));
    expect(missing).toEqual([]);
  }
});

function onDisk(writer: Writer): number {
  return Number(writer.said.at(-1)?.onDisk ?? 0);
}
