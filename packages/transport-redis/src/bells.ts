import type { Ring } from "@agentcomm/protocol";
import type { Redis } from "ioredis";
import type { Attendance } from "./attendance.js";
import type { Keys } from "./keys.js";
import type { StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

/** What is known of the rings of one shard. */
interface Bell {
  /** The node on which it is subscribed to, once the server has confirmed it. */
  subscribedOn: StoreNode | undefined;
  /** The number of the last ring heard on this subscription. */
  heard: number | undefined;
  /** Up to this number everything was looked at, heard or not. */
  madeGood: number | undefined;
  /** What the last poll found. */
  polled: number | undefined;
  born: string | undefined;
  /** What had been heard when the poll was sent. */
  heardBefore: number | undefined;
  /** Numbers went backwards. */
  wentBack: boolean;
}

/**
 * Hears rings and passes on those of this process's mailboxes and collections. Rings are numbered: when one is missing, or the
 * poll finds that there were more than were heard, everything of the shard is rung, so that a lost one costs a look and no message.
 */
export class Bells {
  readonly #keys: Keys;
  readonly #topology: Topology;
  readonly #attendance: Attendance;
  readonly #pass: (ring: Ring) => void;
  readonly #bells = new Map<number, Bell>();

  constructor(keys: Keys, topology: Topology, attendance: Attendance, pass: (ring: Ring) => void) {
    this.#keys = keys;
    this.#topology = topology;
    this.#attendance = attendance;
    this.#pass = pass;
    topology.onChange(() => this.#followShards());
  }

  /** From now on the rings of the shard are heard. */
  listen(shard: number): void {
    if (this.#bells.has(shard)) return;
    this.#bells.set(shard, {
      subscribedOn: undefined,
      heard: undefined,
      madeGood: undefined,
      polled: undefined,
      born: undefined,
      heardBefore: undefined,
      wentBack: false,
    });
    this.#subscribe(shard);
  }

  /** A connection for rings is up: subscribes to what its node serves. */
  connected(node: StoreNode, client: Redis): void {
    client.on("smessage", (channel: string, text: string) => this.#heard(node, channel, text));
    // The server ended a subscription: the shard has moved.
    client.on("moved", () => this.#topology.doubt());
    for (const [shard, bell] of this.#bells) {
      if (this.#topology.nodeOf(shard) !== node) continue;
      bell.subscribedOn = undefined;
      this.#subscribe(shard);
    }
  }

  /** An answer carried the mark of the shard's bell. */
  learn(shard: number, born: string): void {
    const bell = this.#bells.get(shard);
    if (bell === undefined) return;
    // "": the shard holds nothing yet.
    if (bell.born === undefined || bell.born === "") bell.born = born;
    else if (bell.born !== born) bell.wentBack = true;
  }

  /** The shard is about to be polled: what is heard from now on may be newer than what the poll finds. */
  polling(shard: number): void {
    const bell = this.#bells.get(shard);
    if (bell !== undefined) bell.heardBefore = bell.heard;
  }

  /** Takes note of what the poll found. Returns whether the store has lost data since the last one. */
  polled(shard: number, number: number, born: string): boolean {
    const bell = this.#bells.get(shard);
    if (bell === undefined) return false;
    const before = bell.polled;
    const reborn = bell.born !== undefined && bell.born !== "" && born !== bell.born;
    const lost = reborn || bell.wentBack || number < (before ?? 0) || number < (bell.heardBefore ?? 0);
    bell.polled = number;
    bell.born = born;
    bell.wentBack = false;
    if (lost) {
      bell.heard = undefined;
      bell.madeGood = number;
      this.#ringAll(shard);
    } else if (bell.madeGood === undefined) {
      // The first poll: what was rung since subscribing is heard, if there is a subscription.
      bell.madeGood = number;
      if (bell.subscribedOn === undefined) this.#ringAll(shard);
    } else if (before !== undefined && Math.max(bell.heard ?? 0, bell.madeGood) < before) {
      // Compared with the poll before, since the latest rings may still be on their way.
      bell.madeGood = before;
      this.#ringAll(shard);
    }
    return lost;
  }

  /** Makes sure that a dead connection for rings is noticed: nothing else is ever asked on it. */
  probe(): void {
    for (const { bells } of this.#topology.nodes) {
      // Its failure ends the connection, which is what this is for.
      if (bells.isUp) bells.send("ping", []).catch(() => {});
    }
  }

  #subscribe(shard: number): void {
    const node = this.#topology.nodeOf(shard);
    if (node === undefined) return;
    node.bells.start();
    if (!node.bells.isUp) return;
    node.bells.send("ssubscribe", [this.#keys.bell(shard)]).then(
      () => {
        const bell = this.#bells.get(shard);
        if (bell === undefined || this.#topology.nodeOf(shard) !== node) return;
        bell.subscribedOn = node;
        bell.heard = undefined;
        // What was rung before the server confirmed was not heard.
        this.#ringAll(shard);
      },
      () => {
        // Either the connection is gone, and the next one subscribes; or the shard is elsewhere.
        this.#topology.doubt();
      },
    );
  }

  /** Shards have moved: subscribes where they are now. */
  #followShards(): void {
    for (const [shard, bell] of this.#bells) {
      if (bell.subscribedOn !== undefined && bell.subscribedOn !== this.#topology.nodeOf(shard)) {
        bell.subscribedOn = undefined;
      }
      if (bell.subscribedOn === undefined) this.#subscribe(shard);
    }
  }

  #heard(node: StoreNode, channel: string, text: string): void {
    const shard = this.#keys.shardOfBell(channel);
    const bell = shard === undefined ? undefined : this.#bells.get(shard);
    // Before the subscription is confirmed all is looked at anyway; and a node that the shard has left may be late.
    if (shard === undefined || bell?.subscribedOn !== node) return;
    const [first = "", ...names] = text.split(" ");
    const number = Number(first);
    const last = bell.heard;
    bell.heard = number;
    if (last !== undefined && number <= last) bell.wentBack = true;
    if (last !== undefined && number !== last + 1) {
      this.#ringAll(shard);
      return;
    }
    for (const name of names) {
      if (name.startsWith("#")) {
        if (this.#attendance.isWatched(name.slice(1))) this.#pass({ collection: name.slice(1) });
      } else if (this.#attendance.find(name)?.attended === true) {
        this.#pass({ mailbox: name });
      }
    }
  }

  #ringAll(shard: number): void {
    for (const mailbox of this.#attendance.mailboxesOf(shard)) {
      if (mailbox.attended) this.#pass({ mailbox: mailbox.agentId });
    }
    for (const collection of this.#attendance.collectionsOf(shard)) this.#pass({ collection });
  }
}
