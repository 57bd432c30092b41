import { AgentCommError, type Clock } from "@agentcomm/protocol";
import { backoffMs } from "@agentcomm/protocol/internal";
import { Command, type Redis } from "ioredis";
import { before, LATE } from "./deadline.js";
import type { Script } from "./scripts/script.js";

/** The command was not written: it has certainly not run. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

/** The command was written, and the connection ended before an answer came: it may have run. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}

/** The server's own refusal, in its words. Its text begins with the kind: `OOM …`, `MOVED …`. */
class ServerError extends Error {
  override readonly name = "ServerError";
}

/** Where scripts are run: a connection, or something that sees to it that replicas have what they wrote. */
export interface ScriptRunner {
  readonly isUp: boolean;
  readonly isClosed: boolean;
  whenUp(deadline: number): Promise<boolean>;
  script(script: Script, key: string, args: readonly (string | Buffer)[]): Promise<unknown>;
  reset(reason: Error): void;
}

/** What a connection needs. */
export interface ConnectionOptions {
  /** A client that is not connected yet. Each attempt to connect takes a new one, so that nothing of the last one is left. */
  readonly createClient: () => Redis | Promise<Redis>;
  readonly clock: Clock;
  readonly random: () => number;
  /** A connection that owes an answer and receives no byte for this long is given up. */
  readonly stallMs: number;
  readonly onUp: (client: Redis) => void;
  /** Called once for each time that the connection, having been up, is down. */
  readonly onDown: (reason: Error) => void;
}

const RECONNECT = { minMs: 20, maxMs: 1_000 };
/** After a connection that ended sooner than this there is a short pause: who cuts them all off is not asked in a hot loop. */
const STEADY_MS = 1_000;

/**
 * One connection, made again for as long as it is wanted. It never sends anything twice and queues nothing: what to do about
 * a lost answer is for those who know what was asked. No socket and no timer of it keeps the process alive.
 */
export class Connection implements ScriptRunner {
  readonly #options: ConnectionOptions;
  #client: Redis | undefined;
  #up = false;
  #started = false;
  #closed = false;
  #pending = 0;
  #watched: Redis | undefined;
  #lastError: Error | undefined;
  #wakePause: () => void = () => {};
  readonly #waiting = new Set<(up: boolean) => void>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    // Between a socket's end and the news of it, what is written vanishes.
    return this.#up && this.#client?.status === "ready" && this.#client.stream.writable;
  }

  /** It was ended for good. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Why the last attempt to connect failed, or the last connection ended. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** The server's own address, if it is up: after a failover another one than before. */
  get peer(): string | undefined {
    const { stream } = this.isUp ? (this.#client ?? {}) : {};
    return stream === undefined ? undefined : `${stream.remoteAddress} ${stream.remotePort}`;
  }

  /** Connects, and again whenever the connection ends, until `close`. */
  start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    void this.#stayConnected();
  }

  /** Resolves to true once the connection is up, to false at the deadline or when it is closed. */
  whenUp(deadline: number): Promise<boolean> {
    if (this.isUp || this.#closed) return Promise.resolve(this.isUp);
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const settle = (up: boolean): void => {
        cancel();
        this.#waiting.delete(settle);
        resolve(up);
      };
      const cancel = clock.timer(deadline - clock.monotonic(), () => settle(false));
      this.#waiting.add(settle);
    });
  }

  /** Resolves to the answer; rejects with ServerError, NotSent or NoReply. */
  send(name: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    const client = this.#client;
    if (!this.isUp || client === undefined) {
      return Promise.reject(new NotSent("the connection is down", { cause: this.#lastError }));
    }
    const answer = client.sendCommand(new Command(name, args as (string | Buffer)[], { replyEncoding: null }));
    this.#pending += 1;
    if (this.#watched !== client) this.#watch(client);
    return (answer as Promise<unknown>).then(
      (reply) => {
        this.#pending -= 1;
        return reply;
      },
      (error: Error) => {
        this.#pending -= 1;
        // Not the client's own error: it carries the arguments, and with them the messages.
        if (error.name === "ReplyError") throw new ServerError(error.message);
        throw new NoReply("the connection ended", { cause: this.#lastError ?? error });
      },
    );
  }

  /** Runs a script at the node that has the key: by its digest, or by its text where the server does not know it. */
  async script(script: Script, key: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.send("evalsha", [script.sha, "1", key, ...args]);
    } catch (error) {
      // NOSCRIPT means that nothing ran.
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      return await this.send("eval", [script.text, "1", key, ...args]);
    }
  }

  /** Ends the present connection; a new one follows. */
  reset(reason: Error): void {
    if (this.#client !== undefined) this.#cut(this.#client, reason);
  }

  /** Ends it for good. */
  close(): void {
    this.#closed = true;
    this.#wakePause();
    if (this.#client !== undefined) this.#cut(this.#client, new AgentCommError("CLOSED", "the transport is closed"));
    for (const settle of this.#waiting) settle(false);
  }

  async #stayConnected(): Promise<void> {
    const { clock, random } = this.#options;
    let failures = 0;
    while (!this.#closed) {
      const startedAt = clock.monotonic();
      if (await this.#connectOnce()) failures = clock.monotonic() - startedAt < STEADY_MS ? 1 : 0;
      else failures += 1;
      if (failures > 0 && !this.#closed) await this.#pause(backoffMs(failures, RECONNECT, random));
    }
  }

  /** Resolves when the connection has ended: to whether it had been up. */
  async #connectOnce(): Promise<boolean> {
    const client = await this.#newClient();
    if (client === undefined) return false;
    this.#client = client;
    const closed = new Promise<void>((resolve) => client.once("end", resolve));
    // The socket is there from "connect" on; what waits for answers keeps the process alive by itself.
    client.on("connect", () => client.stream.unref());
    client.on("error", (error: Error) => {
      this.#lastError = error;
    });
    const { clock, stallMs } = this.#options;
    const cancel = clock.timer(stallMs, () => this.#cut(client, new Error(`no connection within ${stallMs} ms`)));
    try {
      await client.connect();
    } catch (error) {
      this.#lastError ??= error as Error;
      this.#cut(client, this.#lastError);
      return false;
    } finally {
      cancel();
    }
    if (this.#closed) this.#cut(client, new Error("closed"));
    else this.#rise(client);
    await closed;
    this.#fall();
    return true;
  }

  /** Resolves to undefined if there is none in time, or none is wanted any more. */
  async #newClient(): Promise<Redis | undefined> {
    const { clock, stallMs, createClient } = this.#options;
    try {
      const client = await before(Promise.resolve(createClient()), clock.monotonic() + stallMs, clock);
      if (client !== LATE) return this.#closed ? undefined : client;
      this.#lastError = new Error(`asking for the password took more than ${stallMs} ms`);
    } catch (error) {
      this.#lastError = error as Error;
    }
    return undefined;
  }

  #rise(client: Redis): void {
    this.#up = true;
    this.#lastError = undefined;
    for (const settle of this.#waiting) settle(true);
    this.#options.onUp(client);
  }

  #fall(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#lastError ??= new Error("the server closed the connection");
    if (!this.#closed) this.#options.onDown(this.#lastError);
  }

  /** Without delay, and without sending what the kernel still holds: it must not arrive after what is sent anew. */
  #cut(client: Redis, reason: Error): void {
    this.#lastError = reason;
    const { stream } = client;
    // While the address is still being looked up there is no socket yet.
    if (stream === undefined) client.disconnect();
    else if (canBeReset(stream)) stream.resetAndDestroy();
    else stream.destroy();
  }

  /** Looks from time to time whether bytes arrive, for as long as an answer is owed. */
  #watch(client: Redis): void {
    const { clock, stallMs } = this.#options;
    let bytes = client.stream.bytesRead;
    let quietSince = clock.monotonic();
    this.#watched = client;
    const look = (): void => {
      if (this.#watched !== client) return;
      if (client !== this.#client || !this.#up || this.#pending === 0) {
        this.#watched = undefined;
        return;
      }
      const now = clock.monotonic();
      const read = client.stream.bytesRead;
      if (read !== bytes) quietSince = now;
      bytes = read;
      if (now - quietSince >= stallMs) {
        this.#watched = undefined;
        this.#cut(client, new Error(`the server has not answered for ${stallMs} ms`));
        return;
      }
      clock.timer(stallMs / 10, look);
    };
    clock.timer(stallMs / 10, look);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.timer(ms, resolve);
      this.#wakePause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/**
 * Only an established connection over plain TCP can be reset; and one that is being ended must not be: its end would never
 * be told, and keep the process alive.
 */
function canBeReset(stream: Redis["stream"]): boolean {
  if ("encrypted" in stream) return false;
  return !stream.connecting && !stream.destroyed && !stream.writableEnded && stream.remotePort !== undefined;
}
