import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A line between a client and a server that can be broken at will. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing gets through, in either direction, and nobody is told: not even that a side has hung up. */
  stall(): void;
  /** From now on requests get through and replies are thrown away. */
  loseReplies(): void;
  /** From now on a connection is cut when a reply is on its way: what was asked for has been done, and nobody hears of it. */
  cutAfterRequest(): void;
  /** How often a reply was lost in that way. */
  readonly cuts: number;
  /** The line works. What was stalled arrives, late; a connection that lost replies is cut. */
  mend(): void;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  lost: boolean;
}

/** Listens on loopback and passes everything on to `port`. */
export async function startProxy(port: number): Promise<TcpProxy> {
  const lines = new Set<Line>();
  let cuts = 0;
  let state: "works" | "stalled" | "replies lost" | "cut after request" = "works";

  const end = (line: Line): void => {
    lines.delete(line);
    line.client.destroy();
    line.server.destroy();
  };
  const listener = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    const line: Line = { client, server, lost: false };
    lines.add(line);
    client.on("data", (chunk) => {
      server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (state === "works") client.write(chunk);
      else line.lost = true;
      if (state === "cut after request") {
        cuts += 1;
        end(line);
      }
    });
    for (const socket of [client, server]) {
      socket.on("error", () => {});
      // A paused socket is not told that the other side has hung up until it goes on.
      socket.on("close", () => end(line));
      if (state === "stalled") socket.pause();
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");

  const close = async (): Promise<void> => {
    for (const line of lines) end(line);
    listener.close();
    await once(listener, "close");
  };
  return {
    port: (listener.address() as AddressInfo).port,
    stall() {
      state = "stalled";
      for (const { client, server } of lines) {
        client.pause();
        server.pause();
      }
    },
    loseReplies() {
      state = "replies lost";
    },
    cutAfterRequest() {
      state = "cut after request";
    },
    get cuts() {
      return cuts;
    },
    mend() {
      state = "works";
      for (const line of lines) {
        if (line.lost) end(line);
        line.client.resume();
        line.server.resume();
      }
    },
    cut() {
      for (const line of lines) end(line);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
