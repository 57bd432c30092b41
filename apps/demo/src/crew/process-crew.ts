import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, Order } from "./agent-orders.js";
import type { Crew, CrewOptions } from "./crew.js";
import type { MeetingPlace } from "./meeting-place.js";
import type { CrewMember } from "./roster.js";

/** How long a process may take to end in good order. */
const PATIENCE_MS = 3_000;

const PROGRAM = fileURLToPath(new URL("../agent-process.js", import.meta.url));

/** What a crew of processes is made of. */
export interface ProcessCrewOptions extends CrewOptions {
  readonly logDir?: string;
}

/**
 * Puts a crew to work, each agent in a process of its own. Resolves once all are registered; rejects, with no process left,
 * if one fails. No process outlives this one, however it ends.
 */
export async function startProcessCrew(
  place: MeetingPlace & { readonly kind: "redis" },
  options: ProcessCrewOptions,
): Promise<Crew> {
  const agents = new Map(options.members.map((member) => [member.id, launch(member, options)]));
  const all = [...agents.values()];
  const order: Omit<Order & { kind: "start" }, "member"> = {
    kind: "start",
    redisUrl: place.url,
    namespace: place.namespace,
    ...(options.logDir === undefined ? {} : { logDir: options.logDir }),
  };
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((agent) => agent.stop()));
  };
  try {
    await Promise.all(all.map((agent) => agent.start(order)));
  } catch (error) {
    for (const agent of all) agent.kill();
    await stop();
    throw error;
  }
  return { kill: (agentId) => agents.get(agentId)?.kill(), [Symbol.asyncDispose]: stop };
}

/** Starts a process. It does nothing until it is told who it is. */
function launch(member: CrewMember, { onTrouble }: CrewOptions) {
  // What the server's address holds, a password for one, is told over the channel: arguments can be read by everybody.
  const child = fork(PROGRAM, [], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: [] });
  let ending = false;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code}` : `ended by ${signal}`),
    );
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n")) if (line.trim() !== "" && !ending) onTrouble(member.id, line);
  });
  child.on("message", (answer: Answer) => {
    if (answer.kind !== "ready" && !ending) onTrouble(member.id, answer.message);
  });
  void ended.then((how) => {
    if (!ending) onTrouble(member.id, `its process ${how}`);
  });

  return {
    async start(order: Omit<Order & { kind: "start" }, "member">): Promise<void> {
      tell(child, { ...order, member });
      await Promise.race([
        answered(child),
        ended.then((how) => {
          throw new Error(`the process of ${member.id} ${how} before it was ready`);
        }),
      ]);
    },
    kill(): void {
      ending = true;
      child.kill("SIGKILL");
    },
    async stop(): Promise<void> {
      ending = true;
      tell(child, { kind: "stop" });
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function answered(child: ChildProcess): Promise<void> {
  for (;;) {
    const [answer] = (await once(child, "message")) as [Answer];
    if (answer.kind === "ready") return;
    if (answer.kind === "failed") throw new Error(answer.message);
  }
}

function tell(child: ChildProcess, order: Order): void {
  // A process that is gone hears nothing more, and `ended` says so.
  if (child.connected) child.send(order, () => {});
}
