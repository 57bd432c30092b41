import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type PipeSettings, SlowPipe } from "./slow-pipe.js";

/** A line between clients and a server that can be broken at will. */
export interface TcpProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections that are open at this moment. */
  readonly open: number;
  /** Connections that were ever made. */
  readonly made: number;
  /** How many replies were lost by `cutAfterRequest` and `loseSome`. */
  readonly cuts: number;
  /** A black hole: from now on nothing gets through, in either direction, and nobody is told, not even that a side has hung up. */
  stall(): void;
  /** From now on requests get through and replies are thrown away. */
  loseReplies(): void;
  /** From now on a connection is cut when a reply is on its way: what was asked for has been done, and nobody hears of it. */
  cutAfterRequest(): void;
  /**
   * From now on each reply is lost with this chance: what follows on that connection is lost, too, and the connection is cut
   * `cutAfterMs` later.
   */
  loseSome(chance: number, options: { readonly random: () => number; readonly cutAfterMs: () => number }): void;
  /** From now on every chunk takes this long, in each direction. */
  delay(ms: number): void;
  /** From now on chunks arrive in pieces of so many bytes. */
  slice(bytes: number): void;
  /** The line works. What was stalled arrives, late; a connection that lost replies is cut. Delay and slices are over. */
  mend(): void;
  /** Cuts all connections (RST). Returns how many there were. */
  cut(): number;
  /** Half-open: the server's ends are closed, and the clients' ends stay open and silent. Returns how many became so. */
  abandon(): number;
  /** New connections go to this port. */
  aim(port: number): void;
  close(): Promise<void>;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  lost: boolean;
  /** The server's end is gone and the client is not told. */
  abandoned: boolean;
}

const PLAIN: PipeSettings = { delayMs: 0, sliceBytes: Number.POSITIVE_INFINITY };

type State = "works" | "stalled" | "replies lost" | "cut after request" | "some replies lost";

/** Listens on loopback and passes everything on to `port`. */
export async function startProxy(port: number): Promise<TcpProxy> {
  const proxy = new BreakableProxy(port);
  await proxy.listen();
  return proxy;
}

class BreakableProxy implements TcpProxy {
  readonly host = "127.0.0.1";
  made = 0;
  cuts = 0;
  #target: number;
  #state: State = "works";
  #settings: PipeSettings = PLAIN;
  #loss = { chance: 0, random: Math.random, cutAfterMs: () => 0 };
  readonly #lines = new Set<Line>();
  readonly #listener = createServer({ noDelay: true }, (client) => this.#accept(client));

  constructor(target: number) {
    this.#target = target;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#lines.size;
  }

  async listen(): Promise<void> {
    this.#listener.listen(0, this.host);
    await once(this.#listener, "listening");
  }

  stall(): void {
    this.#state = "stalled";
    for (const { client, server } of this.#lines) {
      client.pause();
      server.pause();
    }
  }

  loseReplies(): void {
    this.#state = "replies lost";
  }

  cutAfterRequest(): void {
    this.#state = "cut after request";
  }

  loseSome(chance: number, options: { readonly random: () => number; readonly cutAfterMs: () => number }): void {
    this.#state = "some replies lost";
    this.#loss = { chance, ...options };
  }

  delay(ms: number): void {
    this.#settings = { ...this.#settings, delayMs: ms };
  }

  slice(bytes: number): void {
    this.#settings = { ...this.#settings, sliceBytes: bytes };
  }

  mend(): void {
    this.#state = "works";
    this.#settings = PLAIN;
    for (const line of this.#lines) {
      if (line.lost || line.abandoned) this.#end(line);
      line.client.resume();
      line.server.resume();
    }
  }

  cut(): number {
    const hit = this.#lines.size;
    for (const line of this.#lines) this.#end(line);
    return hit;
  }

  abandon(): number {
    const whole = [...this.#lines].filter(({ abandoned }) => !abandoned);
    for (const line of whole) {
      line.abandoned = true;
      line.server.destroy();
    }
    return whole.length;
  }

  aim(port: number): void {
    this.#target = port;
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#listener.listening) return;
    this.#listener.close();
    await once(this.#listener, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#target, host: this.host, noDelay: true });
    const line: Line = { client, server, lost: false, abandoned: false };
    this.#lines.add(line);
    this.made += 1;
    const toServer = new SlowPipe(server);
    const toClient = new SlowPipe(client);
    client.on("data", (chunk) => toServer.pass(chunk, this.#settings));
    server.on("data", (chunk) => {
      if (this.#mayReply(line)) toClient.pass(chunk, this.#settings);
    });
    for (const socket of [client, server]) {
      // A broken line is what this is for: the end of each side is passed on below.
      socket.on("error", () => undefined);
      // A paused socket is not told that the other side has hung up until it goes on.
      socket.on("close", () => {
        if (!(line.abandoned && socket === server)) this.#end(line);
      });
      if (this.#state === "stalled") socket.pause();
    }
  }

  /** Whether what the server answers gets through. */
  #mayReply(line: Line): boolean {
    if (line.lost) return false;
    if (this.#state === "works" || this.#state === "stalled") return true;
    if (this.#state === "some replies lost") {
      const { chance, random, cutAfterMs } = this.#loss;
      if (random() >= chance) return true;
      this.cuts += 1;
      setTimeout(() => this.#end(line), cutAfterMs()).unref();
    }
    line.lost = true;
    if (this.#state === "cut after request") {
      this.cuts += 1;
      this.#end(line);
    }
    return false;
  }

  #end(line: Line): void {
    if (!this.#lines.delete(line)) return;
    // RST to both: what a broken line looks like, and nothing lingers.
    for (const socket of [line.client, line.server]) socket.resetAndDestroy();
  }
}
