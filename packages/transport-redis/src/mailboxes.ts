import { AgentCommError, type Clock, type DriverCall, type MailboxStats } from "@agentcomm/protocol";
import type { Attendance } from "./attendance.js";
import type { Bells } from "./bells.js";
import { pause } from "./deadline.js";
import type { Keys } from "./keys.js";
import { DELETE_MAILBOX, LEAVE, OPEN_MAILBOX } from "./scripts/mailbox.js";
import type { Script } from "./scripts/script.js";
import { MAILBOXES, STATS, TOPIC_MEMBERS } from "./scripts/watch.js";
import type { ShardGroups } from "./shard-groups.js";
import { shardOf } from "./shards.js";

/** Mailboxes per call, where each of them is looked at. */
const PAGE = 200;
/** Entries are numbered by the millisecond. */
const NEXT_MS = 2;

/** Opening, deleting and surveying mailboxes. */
export class Mailboxes {
  readonly #groups: ShardGroups;
  readonly #keys: Keys;
  readonly #attendance: Attendance;
  readonly #bells: Bells;
  readonly #clock: Clock;

  constructor(groups: ShardGroups, keys: Keys, attendance: Attendance, bells: Bells, clock: Clock) {
    this.#groups = groups;
    this.#keys = keys;
    this.#attendance = attendance;
    this.#bells = bells;
    this.#clock = clock;
  }

  async open(
    agentId: string,
    options: { readonly topics?: readonly string[] | undefined; readonly capacity?: number | undefined },
    call: DriverCall,
  ): Promise<void> {
    const { topics, capacity } = options;
    const size = capacity === undefined ? "" : String(capacity);
    const settings = [size, topics === undefined ? "0" : "1", ...(topics ?? [])];
    const born = await this.#runOnce(OPEN_MAILBOX, agentId, settings, call);
    const mailbox = this.#attendance.mailbox(agentId);
    this.#bells.listen(mailbox.shard);
    this.#bells.learn(mailbox.shard, String(born));
    mailbox.topics = topics ?? mailbox.topics;
    mailbox.capacity = capacity ?? mailbox.capacity;
  }

  async delete(agentId: string, discard: boolean, call: DriverCall): Promise<void> {
    const size = Number(await this.#runOnce(DELETE_MAILBOX, agentId, [discard ? "1" : "0"], call));
    if (size > 0) {
      throw new AgentCommError(
        "MAILBOX_NOT_EMPTY",
        `the mailbox of agent "${agentId}" holds ${size} messages: drain it first, or pass discard: true`,
        { outcome: "none", details: { agentId, size } },
      );
    }
    this.#attendance.forget(agentId);
    // What the caller stores next, if in the same millisecond, could get the numbers of what was deleted, and old tokens would
    // settle it. Other processes do not wait for this.
    await pause(NEXT_MS, call.deadline, this.#clock);
  }

  /** Sorted. */
  async members(topic: string | undefined, idleMs: number, call: DriverCall): Promise<readonly string[]> {
    const found =
      topic === undefined
        ? (await this.#survey(String(Math.ceil(idleMs)), call)).map(([agentId]) => agentId)
        : (await this.#ofAllShards(TOPIC_MEMBERS, topic, call)).map(String);
    return found.sort();
  }

  /** Sorted by agent id. */
  async stats(call: DriverCall): Promise<readonly MailboxStats[]> {
    const found = await this.#survey("", call);
    const stats = await this.#groups.spread(
      found,
      ([agentId]) => shardOf(agentId),
      async ({ route }, mailboxes) => {
        const results: MailboxStats[] = [];
        for (let at = 0; at < mailboxes.length; at += PAGE) {
          const page = mailboxes.slice(at, at + PAGE);
          const names = page.flatMap(([agentId]) => [String(shardOf(agentId)), agentId]);
          const args = () => [this.#keys.namespace, ...names];
          const answers = await route.run(STATS, args, { deadline: call.deadline, repeatable: true });
          for (const [index, counts] of (answers as number[][]).entries()) {
            results.push(statsOf(page[index] as [string, number], counts));
          }
        }
        return results;
      },
    );
    return [...stats].sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  }

  /** Removes what this process left in the mailboxes that it took from. */
  async leave(incarnation: string, call: DriverCall): Promise<void> {
    const attended = [...this.#attendance.mailboxes].filter((mailbox) => mailbox.attended);
    await this.#groups.spread(
      attended,
      (mailbox) => mailbox.shard,
      async ({ route }, mailboxes) => {
        // A node that cannot be reached now forgets these consumers by itself, later.
        for (let at = 0; at < mailboxes.length && route.node?.commands.isUp === true; at += PAGE) {
          const page = mailboxes.slice(at, at + PAGE);
          const names = page.flatMap((mailbox) => [String(mailbox.shard), mailbox.agentId]);
          const args = () => [this.#keys.namespace, incarnation, ...names];
          await route.run(LEAVE, args, { deadline: call.deadline, repeatable: true, waitsForRoom: true });
        }
        return [];
      },
    );
  }

  /** Agents and when a receiver last looked into their mailbox. */
  async #survey(idleMs: string, call: DriverCall): Promise<readonly [agentId: string, lookedAt: number][]> {
    const found = await this.#ofAllShards(MAILBOXES, idleMs, call);
    const mailboxes: [string, number][] = [];
    for (let at = 0; at < found.length; at += 2) mailboxes.push([String(found[at]), Number(found[at + 1])]);
    return mailboxes;
  }

  async #ofAllShards(script: Script, argument: string, { deadline }: DriverCall): Promise<unknown[]> {
    const parts = await Promise.all(
      this.#groups.all.map(async ({ route }) => {
        const args = [this.#keys.namespace, argument, ...route.shards.map(String)];
        return (await route.run(script, () => args, { deadline, repeatable: true, waitsForRoom: true })) as unknown[];
      }),
    );
    return parts.flat();
  }

  /**
   * Once, however often it is sent: between a run and its repeat others may store and open what a second one would delete or
   * change back.
   */
  async #runOnce(script: Script, agentId: string, args: readonly string[], { deadline }: DriverCall): Promise<unknown> {
    const shard = shardOf(agentId);
    const [answer] = await this.#groups.of(shard).producer.run(script, [String(shard), agentId, ...args], { deadline });
    return answer;
  }
}

function statsOf([agentId, lookedAt]: [string, number], counts: readonly number[]): MailboxStats {
  const [ready = 0, delayed = 0, inFlight = 0, dead = 0] = counts;
  return { agentId, ready, delayed, inFlight, dead, orphaned: lookedAt === 0 };
}
