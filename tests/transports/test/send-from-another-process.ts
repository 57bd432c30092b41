import { createMessage } from "@agentcomm/protocol";
import { joinStore } from "@agentcomm/test-transports";

await using store = await joinStore();
const content = { text: "from another process" };
await store.transport().send(createMessage({ from: "sender", to: "receiver", type: "note", content }));
