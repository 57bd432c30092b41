import { AgentCommError, createTransport, type Transport } from "@agentcomm/protocol";
import { UserError } from "../cli/user-error.js";
import { tidyUp } from "../supervisor/tidy-up.js";
import { createDriver, type MeetingPlace } from "./meeting-place.js";

/** A meeting place with a transport of the supervisor's own on it. Disposing of it clears the place and closes the transport. */
export interface OpenPlace extends AsyncDisposable {
  readonly transport: Transport;
}

/** Opens a meeting place. Rejects with a UserError within seconds if the server does not answer. */
export async function openPlace(place: MeetingPlace, onError: (error: AgentCommError) => void): Promise<OpenPlace> {
  const transport = createTransport(createDriver(place), { onError });
  try {
    await transport.open();
  } catch (error) {
    await transport.close();
    if (place.kind === "redis" && AgentCommError.is(error)) {
      throw new UserError(`Redis at ${withoutPassword(place.url)} can't be used: ${error.message}.`);
    }
    throw error;
  }
  return {
    transport,
    async [Symbol.asyncDispose]() {
      try {
        await tidyUp(transport);
      } finally {
        await transport.close();
      }
    },
  };
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url.href;
}
