import type { AgentMessage, DeadLetter, Transport } from "@agentcomm/protocol";
import type { EntryStore } from "./entry-store.js";
import { countSettled } from "./settled.js";
import { rawTextOf, type StoredEntry } from "./stored-entry.js";

// After so many entries of a stranger's comes a good message.
const BESIDE = 50;
const CONCURRENCY = 64;
const PAGE = 10_000;

let mailboxes = 0;

/**
 * Puts entries into a mailbox, with good messages between them, subscribes to it, and makes the account: handled and dead letters are
 * what came in, each is what it had to become, what is dead is kept byte for byte, and the last good message is handled.
 */
export async function checkEntries(store: EntryStore, entries: readonly StoredEntry[]): Promise<void> {
  const { transport } = store;
  const agentId = `reader-${++mailboxes}`;
  using settled = countSettled(transport, agentId);
  const goods: string[] = [];
  for (let at = 0; at < entries.length; at += BESIDE) {
    await store.put(agentId, entries.slice(at, at + BESIDE));
    const good = `good-${goods.length + 1}`;
    await transport.send({ id: good, from: "good", to: agentId, type: "good", content: {} });
    goods.push(good);
  }
  const handled: AgentMessage[] = [];
  const subscription = transport.subscribe(
    agentId,
    async ({ message }) => {
      handled.push(message);
    },
    { concurrency: CONCURRENCY },
  );
  try {
    await settled.reaches(entries.length + goods.length);
  } finally {
    await subscription.stop({ drainMs: 1_000 });
  }
  const letters = await lettersIn(transport, agentId);
  const isGood = ({ from, type }: AgentMessage) => from === "good" && type === "good";
  const missing = goods.find((good) => !handled.some((message) => isGood(message) && message.id === good));
  if (missing !== undefined) throw new Error(`on ${store.name} the good message ${missing} was not handled`);
  compare(
    store.name,
    entries,
    handled.filter((message) => !isGood(message)),
    letters,
  );
  await transport.deleteMailbox(agentId, { discard: true });
  expectNoTrouble(store);
}

/** All dead letters of a mailbox. */
export async function lettersIn(transport: Transport, agentId: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const after = letters.at(-1)?.id ?? "";
    const page = await transport.deadLetters(agentId, { limit: PAGE, after });
    letters.push(...page);
    if (page.length < PAGE) return letters;
  }
}

/** Throws if the transport told of a failure in the background: bad input is none. */
function expectNoTrouble({ name, troubles }: EntryStore): void {
  const [first] = troubles.splice(0);
  if (first !== undefined) throw new Error(`on ${name} the transport told of trouble`, { cause: first });
}

function compare(
  where: string,
  entries: readonly StoredEntry[],
  handled: readonly AgentMessage[],
  letters: readonly DeadLetter[],
): void {
  const messages = tally(handled.map((message) => JSON.stringify(message)));
  const raws = tally(letters.map(({ raw }) => rawTextOf(Object.entries(raw))));
  for (const { fate, message, rawText } of entries) {
    const isDead = fate === "dead" || (fate === "either" && (raws.get(rawText) ?? 0) > 0);
    const text = isDead ? rawText : JSON.stringify(message);
    if (!take(isDead ? raws : messages, text)) {
      const told = text.length > 500 ? `${text.slice(0, 500)}…` : text;
      throw new Error(
        `on ${where} there is no ${isDead ? "dead letter with just these bytes" : "handling"} of ${told}`,
      );
    }
  }
  const [extra] = [...messages.keys(), ...raws.keys()];
  if (extra !== undefined) throw new Error(`on ${where} there is one too many: ${extra.slice(0, 500)}`);
  for (const { reason, message, detail } of letters) {
    if (reason !== "unreadable" && reason !== "expired") throw new Error(`on ${where} a dead letter is ${reason}`);
    if (reason === "expired" && message === undefined) throw new Error(`on ${where} an expired message is not shown`);
    if (!/^[\x20-\x7e]+$/.test(detail)) throw new Error(`on ${where} a detail could forge a line of a log: ${detail}`);
  }
}

function tally(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, text: string): boolean {
  const count = counts.get(text);
  if (count === undefined) return false;
  if (count === 1) counts.delete(text);
  else counts.set(text, count - 1);
  return true;
}
