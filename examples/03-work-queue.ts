// A mailbox as a work queue: two workers share it, a failed job is tried again, a hopeless one ends among the dead letters.
// Run it: node 03-work-queue.ts
import { strict as assert } from "node:assert";
import { AgentCommError, type Delivery } from "@agentcomm/protocol";
import { openTransport } from "./open-transport.ts";

await using transport = openTransport({ retryBackoff: { minMs: 10, maxMs: 50 } });

const done = new Map<number, string>();
let failures = 0;

const worker = (name: string) => async (delivery: Delivery) => {
  const job = Number(delivery.message.content.job);
  if (job === 7 && delivery.attempt === 1) {
    failures += 1;
    throw new Error("the printer is on fire"); // comes again, a little later
  }
  if (job === 13) throw new AgentCommError("INVALID_MESSAGE", "there is no job 13"); // not retryable: a dead letter
  done.set(job, name);
};

const jobs = Array.from({ length: 40 }, (_, job) => ({
  from: "shop",
  to: "jobs",
  type: "job.run",
  content: { job },
}));
await transport.sendMany(jobs);

const subscriptions = ["ann", "ben"].map((name) => transport.subscribe("jobs", worker(name), { concurrency: 4 }));
while ((await transport.stats()).mailboxes.some(({ ready, delayed, inFlight }) => ready + delayed + inFlight > 0)) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
for (const subscription of subscriptions) await subscription.stop();

console.log(`${done.size} jobs done by ${[...new Set(done.values())].join(" and ")}, ${failures} tried again`);
assert.equal(done.size, 39);
assert.equal(failures, 1);

const [dead] = await transport.deadLetters("jobs");
console.log(`dead: job ${dead?.message?.content.job}, ${dead?.detail}`);
assert.equal(dead?.reason, "rejected");
assert.equal(await transport.purgeDeadLetters("jobs"), 1);
await transport.deleteMailbox("jobs");
