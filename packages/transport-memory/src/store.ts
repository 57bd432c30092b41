import type { Clock } from "@agentcomm/protocol";
import { Bells } from "./bells.js";
import { Collection } from "./collection.js";
import { Mailbox } from "./mailbox.js";
import type { Sequence } from "./sequence.js";

interface Alarm {
  readonly dueAt: number;
  readonly cancel: () => void;
}

/** One namespace: its mailboxes, topics and records, and who wants to hear of them. */
export class Store {
  readonly clock: Clock;
  readonly mailboxes = new Map<string, Mailbox>();
  readonly collections = new Map<string, Collection>();
  readonly collectionBells = new Bells();
  readonly #mailboxBells = new Bells();
  readonly #topics = new Map<string, Set<string>>();
  readonly #alarms = new Map<string, Alarm>();
  readonly #sequence: Sequence;

  constructor(clock: Clock, sequence: Sequence) {
    this.clock = clock;
    this.#sequence = sequence;
  }

  /** The agent's mailbox, created if there is none. */
  mailbox(agentId: string): Mailbox {
    let mailbox = this.mailboxes.get(agentId);
    if (mailbox === undefined) {
      mailbox = new Mailbox(agentId, this.#sequence);
      this.mailboxes.set(agentId, mailbox);
    }
    return mailbox;
  }

  /** The collection of that name, created if there is none. */
  collection(name: string): Collection {
    let collection = this.collections.get(name);
    if (collection === undefined) {
      collection = new Collection(name, this.#sequence);
      this.collections.set(name, collection);
    }
    return collection;
  }

  /** Makes these the topics of the mailbox. */
  setTopics(mailbox: Mailbox, topics: readonly string[]): void {
    for (const topic of mailbox.topics) {
      const members = this.#topics.get(topic);
      if (members?.delete(mailbox.agentId) && members.size === 0) this.#topics.delete(topic);
    }
    mailbox.topics = [...new Set(topics)];
    for (const topic of mailbox.topics) {
      const members = this.#topics.get(topic);
      if (members === undefined) this.#topics.set(topic, new Set([mailbox.agentId]));
      else members.add(mailbox.agentId);
    }
  }

  membersOf(topic: string): string[] {
    return [...(this.#topics.get(topic) ?? [])].sort();
  }

  /** Removes the mailbox and all that belongs to it. A receiver that still waits on it attends anew at its next look. */
  removeMailbox(mailbox: Mailbox): void {
    this.setTopics(mailbox, []);
    this.#disarm(mailbox.agentId);
    this.#mailboxBells.forget(mailbox.agentId);
    this.mailboxes.delete(mailbox.agentId);
  }

  attendMailbox(agentId: string, listener: (agentId: string) => void): void {
    this.#mailboxBells.attend(agentId, listener);
  }

  /** The listener hears of no mailbox any more; alarms that nobody would hear are cancelled. */
  leaveMailboxes(listener: (agentId: string) => void): void {
    this.#mailboxBells.leaveAll(listener);
    for (const agentId of [...this.#alarms.keys()]) {
      if (!this.#mailboxBells.isAttended(agentId)) this.#disarm(agentId);
    }
  }

  /** To be called after each change of a mailbox: rings if something is on offer, and again when the next thing falls due. */
  announce(mailbox: Mailbox): void {
    if (!this.#mailboxBells.isAttended(mailbox.agentId)) return;
    this.arm(mailbox);
    if (mailbox.ready > 0) this.#mailboxBells.ring(mailbox.agentId);
  }

  /** Sees to it that the mailbox is rung when the next delay or lease ends, if anybody would hear it. */
  arm(mailbox: Mailbox): void {
    const { agentId, nextDueAt } = mailbox;
    if (nextDueAt === undefined || !this.#mailboxBells.isAttended(agentId)) return;
    const armed = this.#alarms.get(agentId);
    if (armed !== undefined && armed.dueAt <= nextDueAt) return;
    armed?.cancel();
    const cancel = this.clock.timer(nextDueAt - this.clock.monotonic(), () => {
      this.#alarms.delete(agentId);
      mailbox.offerDue(this.clock.monotonic());
      this.announce(mailbox);
    });
    this.#alarms.set(agentId, { dueAt: nextDueAt, cancel });
  }

  #disarm(agentId: string): void {
    this.#alarms.get(agentId)?.cancel();
    this.#alarms.delete(agentId);
  }
}
