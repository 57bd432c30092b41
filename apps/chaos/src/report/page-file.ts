import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fillPage } from "./page.js";
import { readResults } from "./results-file.js";

/** The page that lies beside the file of results. */
const PAGE = "RELIABILITY.md";

/** Makes the tables of the page beside the file of results anew. Where there is no such page, there is nothing to do. */
export async function writePage(resultsPath: string): Promise<void> {
  const path = join(dirname(resultsPath), PAGE);
  let page: string;
  try {
    page = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await writeFile(path, fillPage(page, await readResults(resultsPath)));
}
