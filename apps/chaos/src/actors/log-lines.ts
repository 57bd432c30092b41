import { enableFileLogging } from "@agentcomm/file-logger";
import { AgentCommError } from "@agentcomm/protocol";
import { openJournal } from "../oracle/journal.js";
import { formatMessageId } from "../oracle/message-id.js";
import { cutNextWrite } from "./cut-write.js";
import type { LogOrder } from "./log-order.js";
import type { RunningActor } from "./running-actor.js";

const AGAIN_MS = 20;
const PADDING = "a line is as long as lines of a log are, and some are longer";

/**
 * Writes a file log and, into its journal, which lines it was about to log and which of them the logger said to be on the disk. Both
 * are told by the id of the last one, for they are numbered.
 */
export async function logLines(order: LogOrder, fail: (error: unknown) => void): Promise<RunningActor> {
  const { dir, baseDir, logger: number, perSecond, perFlush, cutAt } = order;
  const journal = openJournal(dir, `logger-${number}`);
  const agentId = `logger-${number}`;
  await cutNextWrite(cutAt, (torn) => journal.write("torn", formatMessageId(number, last), torn));
  const logger = enableFileLogging({ baseDir, onError: ({ code }) => journal.write("trouble", "-", code) });
  const start = performance.now();
  let last = 0;
  let stopping = false;

  const logSome = (): void => {
    journal.write("attempted", formatMessageId(number, last + perFlush));
    for (const end = last + perFlush; last < end; ) {
      last += 1;
      const id = formatMessageId(number, last);
      // Most lines go into one file, and some into others, so that a kill meets more than one.
      if (last % 25 === 0) logger.logError(agentId, "chaos", id, { padding: PADDING.repeat(last % 7) });
      else if (last % 10 === 0) logger.logPerformanceMetric(agentId, id, last, "lines");
      else logger.logAgentActivity(agentId, "step", { id, padding: PADDING.slice(last % PADDING.length) });
    }
  };
  const flush = async (): Promise<void> => {
    for (;;) {
      try {
        await logger.flush();
        journal.write("stored", formatMessageId(number, last));
        return;
      } catch (error) {
        if (!AgentCommError.is(error, "LOG_FAILED")) throw error;
        journal.write("unknown", formatMessageId(number, last), error.code);
        if (stopping) return;
        await pause(AGAIN_MS);
      }
    }
  };
  const logging = (async () => {
    while (!stopping) {
      logSome();
      await flush();
      await pause((last / perSecond) * 1_000 - (performance.now() - start));
    }
    await flush();
    await logger.close();
    journal.close();
  })();
  logging.catch(fail);
  return {
    async stop() {
      stopping = true;
      await logging;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, Math.max(ms, 0)));
}
