// The audit trail: switch it on, and whatever this process does with messages, agents and tasks is written down.
// Run it: node 06-file-log.ts
import { strict as assert } from "node:assert";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import { enableFileLogging, getFileLogger } from "@agentcomm/file-logger";
import { openTransport, settings } from "./open-transport.ts";

const baseDir = settings.logDir ?? (await mkdtemp(join(tmpdir(), "agentcomm-logs-")));
const fileLogger = enableFileLogging({ baseDir });

{
  await using transport = openTransport();
  await using worker = createAgent({ id: "worker", transport, capabilities: ["math"] });
  worker.onTask("add", ({ a, b }) => ({ sum: Number(a) + Number(b) }));
  await worker.start();

  await using coordinator = createCoordinator({ id: "boss", transport });
  const task = await coordinator.assignTask({
    taskType: "add",
    parameters: { a: 2, b: 3, password: "hunter2" },
    requiredCapabilities: ["math"],
  });
  assert.deepEqual(await task.result(), { sum: 5 });
}

// What only the program knows it says itself.
getFileLogger()?.logPerformanceMetric("worker", "response_time", 125.5, "ms");
getFileLogger()?.logError("worker", "connection_error", "the database did not answer");
await fileLogger.flush();

const { logFiles, linesWritten, linesLost } = await fileLogger.getLogStats();
assert.equal(linesLost, 0);
let text = "";
for (const { path } of logFiles) text += await readFile(path, "utf8");
const lines = text.trimEnd().split("\n");
console.log(`${linesWritten} lines in ${logFiles.length} files below ${baseDir}, such as`);
console.log(lines.find((line) => line.includes('"task_id"')));
assert.equal(logFiles.length, 5);
assert.ok(lines.every((line) => typeof JSON.parse(line) === "object"));
assert.ok(lines.some((line) => line.includes('"event":"completed"')));
assert.ok(!text.includes("hunter2")); // bodies are not logged unless asked for, and secrets never

await fileLogger.cleanupOldLogs(30); // nothing is that old
await fileLogger.close();
if (settings.logDir === undefined) await rm(baseDir, { recursive: true });
