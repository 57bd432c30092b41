import type { Account } from "../oracle/check-journals.js";
import { ackedOnce, atLeast, atMost, deadLetters, exactly, none } from "./checks.js";
import { type Outage, underLoad } from "./outages.js";
import type { Check } from "./row.js";

/** What calls may fail with while there is no primary. */
const PASSING = ["CONNECTION_LOST", "TIMEOUT"];

/**
 * What holds where replicas must confirm, however often one of them is promoted. That something is handed out as if for the first
 * time is no sign of its being stored twice here: a replica that is promoted need not know of the first time. Twice stored, it would
 * be acked twice.
 */
export function replicatedChecks(account: Account): Check[] {
  return [
    atLeast("messages accepted", account.accepted, 1),
    none("accepted messages lost", account.lost),
    none("accepted messages stranded", account.stranded),
    none("messages left behind in the store", account.leftBehind),
    none("messages that nobody had sent", account.unexpected),
    ...ackedOnce(account),
    exactly("dead letters", deadLetters(account), 0),
  ];
}

/** What users are told of while servers change their parts: that there is no connection, and nothing of how servers talk to clients. */
export function toldChecks(account: Account): Check[] {
  const told = Object.entries(account.failures);
  const other = told.filter(([code]) => !PASSING.includes(code)).reduce((sum, [, count]) => sum + count, 0);
  return [
    atMost(`failed sends with a code other than ${PASSING.join(" and ")}`, other, 0),
    none("failures that showed READONLY, MOVED or the like", account.refusalsShown),
  ];
}

/** That each fault was brought about while messages were being accepted. */
export function metLoad(what: string, account: Account, outages: readonly Outage[]): Check {
  const met = underLoad(account.acceptedAtMs, outages);
  return atLeast(`${what} while messages were being accepted`, met.length, Math.max(outages.length, 1));
}

/**
 * How soon at the latest a send to each of the mailboxes was accepted again once there was a primary with a replica that confirms.
 * Senders send to them in turn.
 */
export function acceptedAgain(
  account: Account,
  outages: readonly Outage[],
  { mailboxes, mostMs }: { readonly mailboxes: number; readonly mostMs: number },
): Check {
  const accepted = Array.from({ length: mailboxes }, (): number[] => []);
  for (const { id, acceptedAtMs } of account.entries()) {
    if (acceptedAtMs > 0) accepted[Number(id.split(".")[1]) % mailboxes]?.push(acceptedAtMs);
  }
  const waits = accepted.flatMap((times) => {
    return outages.map(({ toMs }) => account.took(toMs, earliestAfter(times, toMs)));
  });
  return atMost("longest until a send was accepted after a fault was over", Math.max(...waits), mostMs, " ms");
}

function earliestAfter(times: readonly number[], atMs: number): number {
  return times.reduce((least, at) => (at > atMs ? Math.min(least, at) : least), Number.POSITIVE_INFINITY);
}
