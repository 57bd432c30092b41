import { atLeast, deadLetters, exactly, none } from "./checks.js";
import { joinParts } from "./join-parts.js";
import { outagesOf } from "./outages.js";
import { type PromotionRounds, playPromotions, STALL_MS } from "./promotion-rounds.js";
import { acceptedAgain, metLoad, replicatedChecks, toldChecks } from "./replicated-checks.js";
import type { Check, Row, RowOutcome } from "./row.js";
import { undoneByPromotion } from "./undone-by-promotion.js";
import { workThroughChecks } from "./work-through.js";
import { worstOf } from "./worst-of.js";

/** A client that is cut off connects again after at most a second, or stalls. And a second. */
const ACCEPTED_AGAIN_MS = 1_000 + STALL_MS + 1_000;

/**
 * F10: a primary loses its replica and goes on; the replica is promoted, and clients come over one after the other. Once as Redis
 * does it by itself, and once with a replica that must confirm.
 *
 * A round has 20,000 messages, not 50,000: with two servers, and lines that can be broken, a message costs all processes together
 * 0.2 ms of processor time (measured), so that 2 × 20 × 50,000 would keep two cores busy for well over three minutes.
 */
export const promotions: Row = {
  id: "F10",
  title: "primary cut off, replica promoted, healed; async and replicated(1)",
  invariant: "replicated(1): lost 0; async: reported",
  testScale: 0.0025,
  async run(scene) {
    const small = scene.scale < 0.1;
    const plan = {
      rounds: scene.scaled(20, 1),
      messages: scene.scaled(400_000, 1_000),
      perSecond: small ? 500 : 6_000,
      leaseMs: small ? 4_000 : 10_000,
    };
    const [first, second] = [await scene.part(), await scene.part()];
    const playAsync = playPromotions(first, { ...plan, replicas: 0 });
    // Side by side only where that is no load to speak of.
    if (!small) await playAsync;
    const playReplicated = playPromotions(second, { ...plan, replicas: 1 });
    const [withoutWaiting, confirmed] = await Promise.all([playAsync, playReplicated]);
    return joinParts({ async: judgeAsync(withoutWaiting), "replicated(1)": judgeReplicated(confirmed) });
  },
};

function judgeAsync(played: PromotionRounds): RowOutcome {
  const { account, promotions: rounds } = played;
  const undone = undoneByPromotion(account, rounds);
  const { lost, ackedTwice, accepted } = account;
  return {
    ...measured(played, "asynchronous replication"),
    limit:
      `${rounds.length} promotions lost ${lost.count} of ${accepted} accepted messages and undid the acks of ${ackedTwice.count}; ` +
      `${account.repeats} were handed out again; receivers reported a loss ${account.troubles.DATA_LOST ?? 0} times`,
    checks: [
      atLeast("messages accepted", accepted, 1),
      none("accepted messages stranded", account.stranded),
      none("messages left behind in the store", account.leftBehind),
      none("messages that nobody had sent", account.unexpected),
      atLeast("messages accepted while the replica followed, and judged", undone.judged, rounds.length),
      none("messages lost though the replica followed when they were accepted", undone.lostOtherwise),
      exactly("dead letters", deadLetters(account), 0),
      none("messages acked twice with no promotion in between", undone.ackedTwiceOtherwise),
      ...common(played),
    ],
  };
}

function judgeReplicated(played: PromotionRounds): RowOutcome {
  return {
    ...measured(played, "one replica must confirm"),
    checks: [...replicatedChecks(played.account), ...common(played)],
  };
}

function measured({ account, promotions: rounds }: PromotionRounds, how: string) {
  return {
    load: `${account.accepted} messages, ${rounds.length} promotions, ${how}`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: worstOf(outagesOf(account.acceptedAtMs, rounds, account.took)),
  };
}

function common({ account, promotions: rounds }: PromotionRounds): Check[] {
  const undoing = rounds.filter(({ undoneBytes }) => undoneBytes > 0);
  return [
    metLoad("promotions", account, rounds),
    atLeast("promotions that undid what the former primary had written", undoing.length, rounds.length),
    none(
      "messages handed out twice with no promotion in between",
      undoneByPromotion(account, rounds).repeatedOtherwise,
    ),
    ...toldChecks(account),
    acceptedAgain(account, rounds, { mailboxes: 1, mostMs: ACCEPTED_AGAIN_MS }),
    ...workThroughChecks(account, rounds),
  ];
}
