import type { Transport } from "@agentcomm/protocol";
import type { Contender, Opened, Place } from "../measure/contender.js";
import { OURS, type Ours, openAgentComm } from "./open-agentcomm.js";

/** What a work does with a transport of ours. */
export interface OwnWork {
  readonly round: Opened["round"];
  /** What is to be done before the transport is closed. */
  readonly end?: () => Promise<unknown>;
}

/** One of our transports as a contender: opened for the work, closed after it. `about`: what the tables show of it otherwise. */
export function ours(
  which: Ours,
  prepare: (transport: Transport, place: Place) => OwnWork | Promise<OwnWork>,
  about: Partial<Pick<Contender, "name" | "note">> = {},
): Contender {
  return {
    ...OURS[which],
    ...about,
    async open(place) {
      const transport = await openAgentComm(which, place);
      const { round, end } = await prepare(transport, place);
      return {
        round,
        async [Symbol.asyncDispose]() {
          await end?.();
          await transport.close();
        },
      };
    },
  };
}
