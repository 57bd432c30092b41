// The smallest thing: one agent sends a message to another, which receives it and says that it is done with it.
// Run it: node 01-hello.ts
import { strict as assert } from "node:assert";
import { taskAssignment } from "@agentcomm/protocol";
import { openTransport } from "./open-transport.ts";

await using transport = openTransport();

// The receiver need not exist yet: its mailbox keeps the message.
const receipt = await transport.send({
  from: "agent_001",
  to: "agent_002",
  type: "task_assignment",
  content: { task: "process_data" },
});
assert.equal(receipt.stored, 1);

// More urgent messages are handed out first.
const urgent = { taskId: "fire-1", taskType: "put_out_fire", priority: "high" } as const;
await transport.send(taskAssignment({ from: "agent_001", to: "agent_002", ...urgent }));

const deliveries = await transport.receive("agent_002");
for (const { message } of deliveries) console.log(`From: ${message.from}, content:`, message.content);
assert.deepEqual(
  deliveries.map(({ message }) => message.priority),
  ["high", "medium"],
);

// Until it is acked, a message comes again when its lease is over: a crash here would lose nothing.
for (const delivery of deliveries) await delivery.ack();
assert.deepEqual(await transport.receive("agent_002"), []);
await transport.deleteMailbox("agent_002");
