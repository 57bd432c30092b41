// A process that receives from a mailbox which others share, when it is told to, and reports what it got.
import type { Subscription } from "@agentcomm/protocol";
import { createRedisTransport } from "@agentcomm/transport-redis";

/** Its one argument, as JSON. */
export interface ReceiverOrder {
  readonly redisUrl: string;
  readonly namespace: string;
}

/** What it tells its parent, every now and then. */
export interface ReceiverReport {
  readonly notes: readonly unknown[];
  /** It was told to stop, and has. */
  readonly last: boolean;
}

const REPORT_MS = 20;

const { redisUrl, namespace } = JSON.parse(process.argv[2] as string) as ReceiverOrder;
const transport = createRedisTransport({ url: redisUrl, namespace });
await transport.open();

let notes: unknown[] = [];
let receiving: Subscription | undefined;
let reporting: NodeJS.Timeout | undefined;
const report = (last: boolean): void => {
  if (notes.length > 0 || last) process.send?.({ notes, last } satisfies ReceiverReport);
  notes = [];
};

process.on("message", (order) => {
  if (order === "start") {
    receiving = transport.subscribe("worker", async ({ message }) => void notes.push(message.content), {
      concurrency: 500,
    });
    reporting = setInterval(() => report(false), REPORT_MS);
  } else if (receiving !== undefined) {
    const stopping = receiving;
    receiving = undefined;
    clearInterval(reporting);
    void stopping.stop().then(() => report(true));
  }
});
process.on("disconnect", () => void transport.close());
process.send?.("ready");
