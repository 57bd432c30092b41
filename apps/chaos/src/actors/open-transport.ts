import { readFile } from "node:fs/promises";
import {
  type AgentCommError,
  createTransport,
  type Driver,
  systemClock,
  type Transport,
  type TransportOptions,
} from "@agentcomm/protocol";
import { createRedisDriver } from "@agentcomm/transport-redis";
import type { Journal } from "../oracle/journal.js";
import { noteRefusal } from "./note-refusal.js";
import type { TransportOrder } from "./orders.js";
import { timeTransport } from "./time-transport.js";

/** Of the transport, where the order names none. */
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * The transport that an actor was told to use, on its driver as `wrap` changes it. What fails in its background goes into the
 * journal.
 */
export function openTransport(
  { clockShiftMs = 0, timed, passwordFile, ...order }: TransportOrder,
  journal: Journal,
  wrap = (driver: Driver): Driver => driver,
): Transport {
  const options = {
    ...order,
    ...(passwordFile === undefined ? {} : { password: () => readFile(passwordFile, "utf8") }),
    clock: { ...systemClock, now: () => systemClock.now() + clockShiftMs },
    onError: (error) => {
      journal.write("trouble", subjectOf(error), error.code);
      noteRefusal(journal, "-", error);
    },
  } satisfies TransportOptions;
  const transport = createTransport(wrap(createRedisDriver(options)), options);
  return timed === true ? timeTransport(transport, options.timeoutMs ?? DEFAULT_TIMEOUT_MS, journal) : transport;
}

/** What a failure in the background is about: mailboxes, the clock of the store, or nothing that anybody here asks about ("-"). */
function subjectOf({ details = {} }: AgentCommError): string {
  const { agentId, agentIds, jumpMs } = details;
  if (jumpMs !== undefined) return "clock";
  if (Array.isArray(agentIds) && agentIds.length > 0) return agentIds.join();
  return typeof agentId === "string" ? agentId : "-";
}
