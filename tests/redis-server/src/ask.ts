import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where a server listens; `ca` when it speaks TLS. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly ca?: string | undefined;
}

/**
 * Sends one inline command over a connection of its own and resolves to the reply as text. An error reply is a reply too
 * (`-ERR …`); a connection that fails or stays silent for 2 seconds rejects.
 * Understands simple strings, errors, integers and bulk strings: what setting a server up needs.
 */
export function ask(address: Address, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = open(address);
    let received = "";
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setEncoding("utf8");
    socket.setTimeout(2_000, () => end(() => reject(new Error(`${address.host}:${address.port} does not answer`))));
    socket.once("error", (error) => end(() => reject(error)));
    socket.once("close", () => reject(new Error(`${address.host}:${address.port} closed the connection`)));
    socket.on("data", (chunk) => {
      received += chunk;
      const reply = readReply(received);
      if (reply !== undefined) end(() => resolve(reply));
    });
    socket.write(`${command}\r\n`);
  });
}

/** Asks again every 20 ms until the reply satisfies `accept`. Rejects after `timeoutMs` with the last reply or error. */
export async function askUntil(
  address: Address,
  command: string,
  accept: (reply: string) => boolean,
  timeoutMs = 20_000,
): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const reply = await ask(address, command).catch((error: Error) => `(${error.message})`);
    if (accept(reply)) return reply;
    if (performance.now() > deadline) {
      throw new Error(`${address.host}:${address.port} did not get there within ${timeoutMs} ms: ${command}: ${reply}`);
    }
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

function open({ host, port, ca }: Address): Socket {
  return ca === undefined ? connect({ host, port }) : connectTls({ host, port, ca });
}

function readReply(received: string): string | undefined {
  const lineEnd = received.indexOf("\r\n");
  if (lineEnd < 0) return undefined;
  const line = received.slice(0, lineEnd);
  if (!line.startsWith("$")) return line;
  const length = Number(line.slice(1));
  const body = received.slice(lineEnd + 2);
  return body.length >= length + 2 ? body.slice(0, length) : undefined;
}
