import { AgentCommError } from "@agentcomm/protocol";
import { notReviewed } from "../report/not-reviewed.js";
import type { Report } from "../report/report.js";
import { capabilityTable, crewTable } from "../report/summary-tables.js";
import { plainTable } from "../report/table.js";
import { visible } from "../report/visible.js";
import { amount, duration } from "../report/wording.js";
import { earlierReport, preparePlace, type WrittenReport, writeReport } from "../report/write-report.js";
import { runDemo } from "../run-demo.js";
import { createView } from "../view/create-view.js";
import type { Screen } from "../view/view.js";
import { firstError } from "./first-error.js";
import { HELP } from "./help.js";
import { Interruption } from "./interruption.js";
import { parseOptions } from "./options.js";
import { UserError } from "./user-error.js";

/** What the program gets from its surroundings. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly callerFolder: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

/** The program. Resolves to its exit code; rejects only if there is a mistake in it. */
export async function main(surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    await review(surroundings);
    return 0;
  } catch (thrown) {
    const error = firstError(thrown);
    if (error instanceof Interruption) return error.exitCode;
    if (!(error instanceof UserError || AgentCommError.is(error))) throw thrown;
    stderr.write(`${error.message}\n`);
    return 1;
  }

  async function review({ argv, env, callerFolder, signal }: Surroundings): Promise<void> {
    const options = parseOptions({ argv, env, callerFolder });
    if (options === "help") {
      stdout.write(HELP);
      return;
    }
    const screen = options.json ? stderr : stdout;
    const place = { out: options.out, isOwn: options.outIsDefault };
    const report = await runDemo({
      options,
      env,
      ownFiles: await earlierReport(place),
      signal,
      begin: async (board, files) => {
        await preparePlace(place);
        const how = `${options.transport} transport${options.processes ? ", a process per agent" : ""}`;
        screen.write(`Reviewing ${visible(options.directory)}: ${amount(files, "file")}, ${how}\n`);
        return createView(screen, { board, files, now: () => performance.now() }, env);
      },
    });
    const written = await writeReport(place, report);
    screen.write(summary(report, written));
    if (options.json) stdout.write(written.json);
  }
}

function summary(report: Report, { markdownPath, jsonPath }: WrittenReport): string {
  const { killed } = report;
  const lines = notReviewed(report);
  if (killed !== null) {
    const tasks = amount(killed.tasks.length, "task");
    lines.push(`${killed.worker} was killed after ${amount(killed.afterFiles, "file")}: ${tasks} went to others.`);
  }
  lines.push(`Done in ${duration(report.durationMs)}: ${visible(markdownPath)} and ${visible(jsonPath)}`);
  return `\n${[table(capabilityTable(report)), table(crewTable(report)), lines.join("\n")].join("\n\n")}\n`;
}

function table({ columns, rows }: ReturnType<typeof crewTable>): string {
  return plainTable(columns, rows);
}
