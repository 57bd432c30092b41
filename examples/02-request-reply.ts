// One agent asks another and waits for the answer. An error of the other side arrives as an error.
// Run it: node 02-request-reply.ts
import { strict as assert } from "node:assert";
import { createAgent } from "@agentcomm/agent";
import { AgentCommError } from "@agentcomm/protocol";
import { openTransport } from "./open-transport.ts";

await using transport = openTransport();
await using weather = createAgent({ id: "weather", transport });
await using planner = createAgent({ id: "planner", transport });

weather.onMessage("weather.query", ({ content }) => {
  if (content.city === "Atlantis") throw new Error("no such city");
  return { city: content.city, celsius: 21 };
});
await Promise.all([weather.start(), planner.start()]);

const ask = (city: string) => planner.request("weather", { type: "weather.query", content: { city } });

const answer = await ask("Lisbon");
console.log(answer);
assert.deepEqual(answer, { city: "Lisbon", celsius: 21 });

await assert.rejects(ask("Atlantis"), (error) => {
  assert.ok(AgentCommError.is(error, "HANDLER_FAILED"));
  assert.match(error.message, /no such city/);
  return true;
});

// Nobody there: the request ends by its timeout, and is not handled after it either.
await assert.rejects(planner.request("nobody", { type: "weather.query", content: {} }, { timeoutMs: 200 }), (error) =>
  AgentCommError.is(error, "TIMEOUT"),
);
await transport.deleteMailbox("nobody", { discard: true });
