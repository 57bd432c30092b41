import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** Runs a program over the built package and resolves to what it wrote; rejects if it does not end by itself. */
async function run(program: string, url = scene.server.url): Promise<string> {
  const source = `
    import { createRedisTransport } from "@agentcomm/transport-redis";
    const transport = createRedisTransport({ url: ${JSON.stringify(url)}, namespace: "exit", timeoutMs: 1000 });
    ${program}
  `;
  const node = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: new URL("..", import.meta.url),
    timeout: 10_000,
  });
  return (await node).stdout.trim();
}

const message = `{ from: "a", to: "b", type: "note", content: {} }`;

test("a process whose transport is open and idle ends by itself, after all that it awaited", async () => {
  const program = `
    await transport.send(${message});
    const [delivery] = await transport.receive("b");
    await delivery.ack();
    await transport.records.put("jobs", "a", 1);
    await transport.records.watch("jobs", () => {});
    await transport.openMailbox("c");
    console.log("done");
  `;
  expect(await run(program)).toBe("done");
});

test("a closed transport leaves nothing that keeps the process alive", async () => {
  expect(await run(`await transport.open(); await transport.close(); console.log("closed");`)).toBe("closed");
});

test("what is awaited is told its end even if no server answers, and then the process ends", async () => {
  const silent = createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const program = `await transport.send(${message}).catch((error) => console.log(error.code, error.outcome));`;
    expect(await run(program, `redis://127.0.0.1:${port}`)).toBe("CONNECTION_LOST none");
    expect(await run(program, "redis://127.0.0.1:1")).toBe("CONNECTION_LOST none");
  } finally {
    silent.close();
  }
});
