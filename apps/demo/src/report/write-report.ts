import { constants } from "node:fs";
import { access, mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../cli/user-error.js";
import { isSystemError } from "../directory/system-error.js";
import { markdownReport } from "./markdown-report.js";
import type { Report } from "./report.js";
import { visible } from "./visible.js";

/** Where a report goes. */
export interface ReportPlace {
  /** The folder, absolute. */
  readonly out: string;
  /** The folder is of the demo's own making: then git is told to ignore it. */
  readonly isOwn: boolean;
}

const NAMES = ["report.md", "report.json"] as const;
const IGNORE = ".gitignore";

/** The files of an earlier report in the same place, by their own paths: they are not part of what is reviewed. */
export async function earlierReport({ out, isOwn }: ReportPlace): Promise<string[]> {
  try {
    const folder = await realpath(out);
    return [...NAMES, ...(isOwn ? [IGNORE] : [])].map((name) => join(folder, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}

/** Makes sure, before any work is done, that the report can be written. Rejects with a UserError. */
export async function preparePlace({ out, isOwn }: ReportPlace): Promise<void> {
  await orSay(`The report can't be written to ${visible(out)}`, async () => {
    await mkdir(out, { recursive: true });
    await access(out, constants.W_OK);
    if (isOwn) await writeFile(join(out, IGNORE), "*\n");
  });
}

/** A report that was written. */
export interface WrittenReport {
  /** Absolute paths. */
  readonly markdownPath: string;
  readonly jsonPath: string;
  /** What report.json says. */
  readonly json: string;
}

/** Writes report.md and report.json. Rejects with a UserError. */
export async function writeReport({ out }: ReportPlace, report: Report): Promise<WrittenReport> {
  const [markdownPath, jsonPath] = NAMES.map((name) => join(out, name)) as [string, string];
  const json = `${JSON.stringify(report, null, 2)}\n`;
  await orSay(`The report can't be written to ${visible(out)}`, async () => {
    await writeFile(jsonPath, json);
    await writeFile(markdownPath, markdownReport(report));
  });
  return { markdownPath, jsonPath, json };
}

async function orSay(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`${what}: ${error.message}.`);
  }
}
