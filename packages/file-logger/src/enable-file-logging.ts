import { AgentCommError } from "@agentcomm/protocol";
import { createFileLogger } from "./create-file-logger.js";
import type { FileLogger } from "./file-logger.js";
import { type FileLoggingOptions, resolveFileLoggingOptions } from "./options.js";

// The one piece of state: file logging is a matter of the process, as the diagnostics channels it listens to are.
let enabled: FileLogger | undefined;

/**
 * Writes what the agents, transports and coordinators of this process do into daily JSON Lines files below `baseDir`. That is
 * all the wiring: whatever runs, or is created later, is logged from now on, until the logger is closed. Returns at once;
 * files and folders are created with the first lines. A folder that cannot be written is reported, and changes nothing else.
 * Throws INVALID_OPTIONS if an option is wrong or file logging is enabled already.
 */
export function enableFileLogging(options: FileLoggingOptions): FileLogger {
  const resolved = resolveFileLoggingOptions(options);
  if (enabled !== undefined) {
    throw new AgentCommError(
      "INVALID_OPTIONS",
      `file logging is already enabled, into ${enabled.baseDir}: use getFileLogger(), or await disableFileLogging() first`,
      { details: { baseDir: enabled.baseDir } },
    );
  }
  const logger = createFileLogger(resolved, () => {
    if (enabled === logger) enabled = undefined;
  });
  enabled = logger;
  return logger;
}

/** The logger that is enabled in this process; undefined while file logging is off: `getFileLogger()?.logError(…)`. */
export function getFileLogger(): FileLogger | undefined {
  return enabled;
}

/** Ends file logging, if it is enabled. Resolves once everything logged is written. */
export async function disableFileLogging(): Promise<void> {
  await enabled?.close();
}
