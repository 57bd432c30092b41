import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs a program over the built package and resolves to the lines it wrote; rejects if it does not end by itself. */
async function run(program: string): Promise<string[]> {
  const source = `
    import { createMemoryTransport } from "@agentcomm/transport-memory";
    const transport = createMemoryTransport();
    const message = { from: "a", to: "b", type: "note", content: {} };
    // Timers that let the process end: only something else can keep it alive until they fire.
    const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());
    process.on("exit", () => console.log("ended"));
    ${program}
  `;
  const node = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: new URL("..", import.meta.url),
    timeout: 20_000,
  });
  return (await node).stdout.trim().split("\n");
}

test("an open transport lets the process end, whatever is leased, delayed, watched or to expire", async () => {
  const program = `
    await transport.send(message);
    await transport.send(message, { delayMs: 60_000 });
    const [delivery] = await transport.receive("b", { leaseMs: 60_000 });
    console.log(delivery.signal.aborted);
    await transport.records.put("jobs", "one", 1, { ttlMs: 60_000 });
    await transport.records.watch("jobs", () => {});
  `;
  expect(await run(program)).toEqual(["false", "ended"]);
});

test("a subscription keeps the process alive until it is stopped, also while it waits and while it drains", async () => {
  const program = `
    const subscription = transport.subscribe("b", async () => {
      console.log("handling");
      stop();
      await later(200);
      console.log("handled");
    });
    const stop = () => subscription.stop().then(() => console.log("stopped"));
    later(200).then(() => transport.send(message));
  `;
  expect(await run(program)).toEqual(["handling", "handled", "stopped", "ended"]);
});

test("a subscription that was stopped, by its signal or with its transport, lets the process end", async () => {
  const program = `
    const controller = new AbortController();
    const byNothing = transport.subscribe("c", async () => {}, { signal: AbortSignal.abort() });
    const bySignal = transport.subscribe("b", async () => {}, { signal: controller.signal });
    const byTransport = transport.subscribe("b", async () => {});
    await byNothing.closed;
    controller.abort();
    await bySignal.closed;
    await transport.close();
    await byTransport.closed;
    console.log("closed");
  `;
  expect(await run(program)).toEqual(["closed", "ended"]);
});

test("a handler that never ends keeps the process alive for the drain time, no longer", async () => {
  const program = `
    const started = Promise.withResolvers();
    const subscription = transport.subscribe("b", ({ signal }) => {
      signal.onabort = () => console.log(signal.reason.code);
      started.resolve();
      return new Promise(() => {});
    });
    await transport.send(message);
    await started.promise;
    await subscription.stop({ drainMs: 200 });
    console.log((await transport.stats()).ready);
  `;
  expect(await run(program)).toEqual(["ABORTED", "1", "ended"]);
});
