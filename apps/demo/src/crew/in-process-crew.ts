import { AgentCommError, createTransport } from "@agentcomm/protocol";
import { createCrewAgent } from "./create-crew-agent.js";
import { type Crew, type CrewOptions, inWords } from "./crew.js";
import { createDriver, type MeetingPlace } from "./meeting-place.js";
import type { CrewMember } from "./roster.js";
import { createSeverableDriver } from "./severable-driver.js";

/** Puts a crew to work in this process, each agent on a transport of its own. Resolves once all are registered. */
export async function startInProcessCrew(place: MeetingPlace, options: CrewOptions): Promise<Crew> {
  const agents = new Map(options.members.map((member) => [member.id, createLine(place, member, options)]));
  const stop = async (): Promise<void> => {
    await Promise.all([...agents.values()].map((line) => line.stop()));
  };
  try {
    await Promise.all([...agents.values()].map((line) => line.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kill: (agentId) => agents.get(agentId)?.kill(), [Symbol.asyncDispose]: stop };
}

/** An agent and its own line to the others. */
function createLine(place: MeetingPlace, member: CrewMember, options: CrewOptions) {
  let killed = false;
  let ending = false;
  const onError = (error: AgentCommError): void => {
    // What fails because the agent is being ended is no trouble.
    if (!ending) options.onTrouble(member.id, inWords(error));
  };
  const { driver, sever } = createSeverableDriver(createDriver(place));
  const transport = createTransport(driver, { onError });
  const agent = createCrewAgent(member, transport, onError);
  let stopping: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    ending = true;
    try {
      await agent.stop({ drainMs: 0 });
    } catch (error) {
      // A killed agent can say goodbye to nobody.
      if (!killed || !AgentCommError.is(error)) throw error;
    } finally {
      await transport.close();
    }
  };
  return {
    start: () => agent.start(),
    kill: () => {
      killed = true;
      sever();
      stopping ??= stop();
      // Whoever disposes of the crew waits for the same promise, and hears of it if this fails.
      stopping.catch(() => {});
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
