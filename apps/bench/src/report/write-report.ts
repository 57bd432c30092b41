import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fillPage } from "./page.js";
import { drawPlots } from "./plots.js";
import { readResults } from "./results-file.js";

/** Draws the plots beside the file of results, and makes the tables of the page one folder above anew, if there is one. */
export async function writeReport(resultsPath: string): Promise<void> {
  const results = await readResults(resultsPath);
  const plots = drawPlots(results.works);
  const folder = dirname(resultsPath);
  await Promise.all(plots.map(({ file, svg }) => writeFile(join(folder, file), `${svg}\n`)));
  const path = join(folder, "..", "PERFORMANCE.md");
  let page: string;
  try {
    page = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await writeFile(path, fillPage(page, results, plots));
}
