import { pino } from "pino";
import { safeLine } from "./safe-line.js";

/**
 * Makes JSON Lines of records by pino, which knows how to serialise what people hand to a logger, and gives each to
 * `write`. The line holds the record's own keys and nothing of pino's: no level, time, host or process.
 */
export function createLineWriter<Record extends object>(write: (line: string) => void): (record: Record) => void {
  const logger = pino(
    {
      base: null,
      timestamp: false,
      formatters: { level: () => ({}) },
      // What the empty level leaves behind: `{,"agent_id":…`.
      hooks: { streamWrite: (line) => safeLine(`{${line.slice(2)}`) },
    },
    { write },
  );
  return (record) => logger.info(record);
}
