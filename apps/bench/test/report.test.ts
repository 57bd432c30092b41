import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { WorkResult } from "../src/measure/run-work.js";
import { fillPage } from "../src/report/page.js";
import { drawPlots } from "../src/report/plots.js";
import { readResults } from "../src/report/results-file.js";

const DOCS = fileURLToPath(new URL("../../../docs/", import.meta.url));

const result = (work: string, given: Partial<WorkResult> = {}): WorkResult => ({
  work,
  title: `the ${work}`,
  quantities: ["perSecond"],
  rounds: 5,
  measuredAt: "2026-01-15T10:00:00.000Z",
  contenders: [
    { name: "AgentComm", keeps: "log", measured: { perSecond: { median: 2_000, least: 1_900, most: 2_100 } } },
    { name: "peer", keeps: "nothing", note: "keeps nothing", unavailable: "it is not on PATH" },
  ],
  targets: [{ contender: "AgentComm", quantity: "perSecond", bound: 1_000, reached: 2_000, met: true }],
  ...given,
});

test("the page shows what was measured, who could not run and why, and which targets are met", () => {
  const machine = {
    cores: 2,
    processor: "P",
    memoryGiB: 4,
    system: "Linux 6",
    node: "v24",
    store: "Redis 7",
    peers: {},
  };
  const page = `a\n<!-- Between these marks: made by \`pnpm bench\` from bench/results.json. Edit nothing here. -->\nold\n<!-- The end of what is made. -->\nb`;
  const filled = fillPage(page, { machine, works: [result("sending")] }, []);
  expect(filled).toContain("| AgentComm | log | **2,000** (1,900 – 2,100) |");
  expect(filled).toContain("| peer | nothing | not run: it is not on PATH |");
  expect(filled).toContain("| the sending | AgentComm, per second: ≥ 1,000 | 2,000 | yes |");
  expect(filled).not.toContain("old");
  expect(() => fillPage("no marks", { works: [] }, [])).toThrow("marks");
});

test("each work has a plot, and works of a series have one together", () => {
  const series = (at: number) => result(`size-${at}`, { series: { id: "sizes", title: "by size", at } });
  const plots = drawPlots([result("sending"), series(10), series(100)]);
  expect(plots.map(({ file }) => file)).toEqual(["sending.svg", "sizes.svg"]);
  for (const { svg } of plots) expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
});

test("the page is the one that its results make", async () => {
  const page = await readFile(`${DOCS}PERFORMANCE.md`, "utf8");
  const results = await readResults(`${DOCS}bench/results.json`);
  expect(fillPage(page, results, drawPlots(results.works))).toBe(page);
});
