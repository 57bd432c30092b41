import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@agentcomm/test-redis";
import { Unavailable } from "../measure/contender.js";

/** A NATS server of the run's own. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts nats-server with JetStream on disk, on loopback. Rejects with an Unavailable if there is none on PATH. */
export async function startNats(): Promise<NatsServer> {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-nats-"));
  const port = await freePort();
  const args = ["--addr", "127.0.0.1", "--port", String(port), "--jetstream", "--store_dir", dir];
  const child = spawn("nats-server", args, {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(dir, { recursive: true, force: true });
  };
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  try {
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    await answers(port, ended);
  } catch (error) {
    await stop();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Unavailable("nats-server is not on PATH");
    throw error;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      process.off("exit", endWithUs);
      await stop();
    },
  };
}

async function answers(port: number, ended: Promise<void>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (const end = performance.now() + 20_000; performance.now() < end && !over; ) {
    if (await accepts(port)) return;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error("nats-server did not start");
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
