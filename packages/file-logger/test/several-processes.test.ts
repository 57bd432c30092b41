import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { openLogFolder, parseLines } from "./support/log-folder.js";
import { startWriter } from "./support/start-writer.js";

test("four processes write the same file at once: every line whole, none missing, none twice", async () => {
  await using folder = await openLogFolder();
  const names = ["a", "b", "c", "d"];
  const writers = names.map((name) => startWriter(folder.path, name, "lines:5000"));
  const codes = await Promise.all(writers.map((writer) => writer.ended));
  expect(codes).toEqual([0, 0, 0, 0]);

  const [day = "", ...others] = await readdir(folder.path);
  // A run over midnight has two days; its lines are then in both.
  const days = [day, ...others];
  const texts = await Promise.all(days.map((each) => folder.text("message_audit", each)));
  const ids = texts.flatMap((text) => parseLines(text).map((line) => line.message_id));
  expect(ids).toHaveLength(20_000);
  for (const name of names) {
    const own = ids.filter((id) => String(id).startsWith(`${name}-`));
    expect(own).toEqual(Array.from({ length: 5_000 }, (_, each) => `${name}-${each}`));
  }
  for (const { said } of writers)
    expect(said.at(-1)).toMatchObject({ linesWritten: 5_000, linesLost: 0, linesSetAside: 0 });
});
