// A process of one agent, started by a crew. It hears its orders over the channel to the process that started it, and ends
// with it: also when that one is killed, for then the channel breaks.
import { disableFileLogging, enableFileLogging } from "@agentcomm/file-logger";
import { type AgentCommError, createTransport } from "@agentcomm/protocol";
import type { Answer, Order } from "./crew/agent-orders.js";
import { createCrewAgent } from "./crew/create-crew-agent.js";
import { inWords } from "./crew/crew.js";
import { createDriver } from "./crew/meeting-place.js";

let stop = async (): Promise<void> => {};

// Ctrl-C reaches every process of the terminal. Who ends this one is the process that started it.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  void carryOut(order);
});

async function carryOut(order: Order): Promise<void> {
  try {
    if (order.kind === "start") await start(order);
    else {
      await stop();
      process.disconnect();
    }
  } catch (error) {
    answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

async function start({ member, redisUrl, namespace, logDir }: Order & { kind: "start" }): Promise<void> {
  const onError = (error: AgentCommError): void => answer({ kind: "trouble", message: inWords(error) });
  if (logDir !== undefined) enableFileLogging({ baseDir: logDir, onError });
  const transport = createTransport(createDriver({ kind: "redis", url: redisUrl, namespace }), { onError });
  const agent = createCrewAgent(member, transport, onError);
  stop = async () => {
    await agent.stop({ drainMs: 0 });
    await transport.close();
    await disableFileLogging();
  };
  await agent.start();
  answer({ kind: "ready" });
}

function answer(text: Answer): void {
  if (process.connected) process.send?.(text);
}
