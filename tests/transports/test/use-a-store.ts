import { createMessage } from "@agentcomm/protocol";
import { openStore } from "@agentcomm/test-transports";

await using store = await openStore("redis");
const transport = store.transport();
await transport.send(createMessage({ from: "sender", to: "receiver", type: "note", content: { text: "hello" } }));
const deliveries = await transport.receive("receiver", { waitMs: 2_000 });
console.log(JSON.stringify({ received: deliveries.length }));
