import { createMemoryTransport } from "../dist/index.js";
const t = createMemoryTransport();
console.log(await t.send({ from: "a", to: "b", type: "task_assignment", content: { task: "x" } }));
const [d] = await t.receive("b");
console.log(d!.message, d!.attempt, d!.leaseExpiresAt - Date.now());
await d!.ack();
const N = 200000;
let t0 = performance.now();
let done = 0;
const sub = t.subscribe("c", async () => { done++; }, { concurrency: 500 });
for (let i = 0; i < N; i += 500) {
  await Promise.all(Array.from({ length: 500 }, () => t.send({ from: "a", to: "c", type: "task_assignment", content: { taskId: "t", taskType:"x", parameters: { a: 1, b: "x".repeat(100) } } })));
}
while (done < N) await new Promise(r => setImmediate(r));
console.log("us per message", (performance.now() - t0) / N * 1000);
await sub.stop();
t0 = performance.now();
const w = await t.records.watch("c", (e) => console.log(e));
await t.records.put("c", "k", { a: 1 }, { ttlMs: 50 });
await new Promise(r => setTimeout(r, 100));
await w();
console.log(await t.stats(), await t.health());
await t.close();
