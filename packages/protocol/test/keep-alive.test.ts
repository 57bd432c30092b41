import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

/** Runs a program on an in-memory driver made of promises alone, and of what is given; resolves to what it printed, once it has ended by itself. */
async function program(body: string, driverPart = ""): Promise<string> {
  const index = new URL("../dist/index.js", import.meta.url);
  const driver = `{
    name: "quiet", wakeMs: 10, records: { attend: () => () => {}, changes: async () => ({ changes: [], reset: true, cursor: 1 }) },
    capabilities: { durable: false, crossProcess: false, fenced: true, delay: true, recordTtl: true, atomicFanOut: false },
    onRing() {}, onTrouble() {}, async open() {}, async close() {}, take: async () => ({ entries: [] }),
    stats: () => new Promise(() => {}),
    ${driverPart}
  }`;
  const text = `import { createTransport } from ${JSON.stringify(index.href)};
    const transport = createTransport(${driver});
    ${body}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", text], { timeout: 20_000 });
  return stdout.trim();
}

it("a receive that waits keeps the process alive until it ends", async () => {
  expect(await program("console.log((await transport.receive('a', { waitMs: 100 })).length)")).toBe("0");
});

it("a call that the store never answers keeps the process alive until its deadline", async () => {
  expect(await program("console.log(await transport.stats({ timeoutMs: 100 }).catch((e) => e.code))")).toBe("TIMEOUT");
});

it("an open transport and a watch keep nothing alive", async () => {
  const body = "await transport.open(); await transport.records.watch('c', () => {}); console.log('idle')";
  expect(await program(body)).toBe("idle");
});

it("a subscription keeps the process alive until it is stopped", async () => {
  const body = `const subscription = transport.subscribe("a", async () => {});
    setTimeout(() => { console.log("still here"); void subscription.stop(); }, 500).unref();`;
  expect(await program(body)).toBe("still here");
});

it("a subscription keeps the process alive also while it pauses, because looking fails, and while its handler runs", async () => {
  const failing = `transport.subscribe("a", async () => {}); setTimeout(() => { console.log("paused"); process.exit(); }, 300).unref();`;
  expect(await program(failing, `take: async () => { throw new Error("not now"); }, `)).toBe("paused");
  const note = `{ message_id: "1", from_agent: "b", to_agent: "a", message_type: "note", content: {}, priority: "low", timestamp: "2024-01-15" }`;
  const busy = `transport.subscribe("a", () => new Promise((done) => setTimeout(() => { console.log("handled"); process.exit(); }, 300).unref()));`;
  const entries = `[{ token: "t", attempt: 1, payload: Buffer.from(JSON.stringify(${note})) }]`;
  expect(await program(busy, `take: async () => ({ entries: ${entries} }), `)).toBe("handled");
});
