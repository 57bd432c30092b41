import { appendFile, readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { openLogFolder } from "./support/log-folder.js";
import { startWriter } from "./support/start-writer.js";

test.each(["end", "exit"])(
  "a process that does not close its log (%s) still writes its lines, and ends",
  async (way) => {
    await using folder = await openLogFolder();
    await using writer = startWriter(folder.path, "w", `${way}:500`);
    expect(await writer.ended).toBe(0);
    const [day = ""] = await readdir(folder.path);
    expect(await folder.lines("message_audit", day)).toHaveLength(500);
  },
);

test("a process that exits at once harms no line by writing behind an unfinished one", async () => {
  await using folder = await openLogFolder();
  await using first = startWriter(folder.path, "first", "exit:1");
  await first.ended;
  const [day = ""] = await readdir(folder.path);
  await appendFile(folder.file("message_audit", day), '{"torn');
  await using second = startWriter(folder.path, "second", "exit:1");
  await second.ended;
  const lines = (await folder.text("message_audit", day)).split("\n");
  expect(lines[1]).toBe('{"torn');
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ message_id: "second-0" });
});

test("a full disk does not keep a process from ending", async () => {
  await using folder = await openLogFolder();
  await using writer = startWriter(folder.path, "w", "end:2000", 65_536);
  expect(await writer.ended).toBe(0);
  expect(writer.said[0]).toMatchObject({ code: "LOG_FAILED" });
  const [day = ""] = await readdir(folder.path);
  const lines = (await folder.text("message_audit", day)).trimEnd().split("\n");
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});
