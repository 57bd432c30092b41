import type { Redis } from "ioredis";
import { openClient } from "../oracle/open-client.js";
import type { StoreAddress } from "../oracle/raw-store.js";
import { journalNow } from "../oracle/read-journals.js";

/** Something done to a store behind the transport's back. */
export interface Damage {
  /** On the clock of the journals: when it was asked for, and when the store had done it. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The mailbox that it was done to; undefined: to all. */
  readonly mailbox?: string;
  /** Messages that it took out of the store, by their ids: all that lay there at that moment. */
  readonly taken: readonly string[];
  /** False: there was nothing to be damaged. */
  readonly done: boolean;
}

/** In one script each, so that what it answers is what was there when it went, and nothing else. */
const EMPTY_STORE = `
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. ':*}:q:*')) do
  for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do found[#found + 1] = entry[2][2] end
end
redis.call('FLUSHALL')
return found
`;
const DELETE_STREAM = `
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do found[#found + 1] = entry[2][2] end
found[#found + 1] = redis.call('DEL', KEYS[1]) == 1 and 'done' or nil
return found
`;

/** Damages a store with plain commands of Redis, over a connection of its own. */
export class StoreVandal implements AsyncDisposable {
  readonly #client: Redis;
  readonly #namespace: string;

  constructor(address: StoreAddress, namespace: string) {
    this.#client = openClient(address);
    this.#namespace = namespace;
  }

  /** FLUSHALL. */
  flushAll(): Promise<Damage> {
    return this.#damage(async () => {
      const wires = (await this.#client.eval(EMPTY_STORE, 0, this.#namespace)) as string[];
      return { taken: wires.map(idOf), done: true };
    });
  }

  /** DEL of a mailbox's stream. */
  deleteStream(key: string): Promise<Damage> {
    return this.#damage(async () => {
      const found = (await this.#client.eval(DELETE_STREAM, 1, key)) as string[];
      return { mailbox: mailboxOf(key), taken: found.slice(0, -1).map(idOf), done: found.length > 0 };
    });
  }

  /** XGROUP DESTROY of a mailbox's stream. */
  destroyGroup(key: string): Promise<Damage> {
    return this.#damage(async () => {
      const destroyed = await this.#client.xgroup("DESTROY", key, "agents").catch((error: Error) => {
        // The stream is gone just now.
        if (error.message.includes("requires the key to exist")) return 0;
        throw error;
      });
      return { mailbox: mailboxOf(key), taken: [], done: destroyed === 1 };
    });
  }

  /** SCRIPT FLUSH. */
  forgetScripts(): Promise<Damage> {
    return this.#damage(async () => {
      await this.#client.script("FLUSH");
      return { taken: [], done: true };
    });
  }

  /** CLIENT KILL, of connections for commands or of those for rings. */
  killClients(type: "normal" | "pubsub"): Promise<Damage> {
    return this.#damage(async () => {
      const killed = await this.#client.call("CLIENT", "KILL", "TYPE", type);
      return { taken: [], done: Number(killed) > 0 };
    });
  }

  /** The streams of the mailboxes. */
  streams(): Promise<string[]> {
    return this.#client.keys(`${this.#namespace}:*}:q:*`);
  }

  /** How many messages lie in the mailboxes, those in somebody's hands included. */
  async waiting(): Promise<number> {
    const lengths = await Promise.all((await this.streams()).map((key) => this.#client.xlen(key)));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  /** How many commands the server has run, those of scripts included. */
  async commandsRun(): Promise<number> {
    const stats = await this.#client.info("stats");
    return Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]);
  }

  async #damage(act: () => Promise<Omit<Damage, "fromMs" | "toMs">>): Promise<Damage> {
    const fromMs = journalNow();
    const damage = await act();
    return { fromMs, toMs: journalNow(), ...damage };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.disconnect();
  }
}

/** Whose mailbox a stream is of. */
function mailboxOf(key: string): string {
  return /\}:q:([^:]+)/.exec(key)?.[1] ?? "";
}

function idOf(wire: string): string {
  return (JSON.parse(wire) as { readonly message_id: string }).message_id;
}
