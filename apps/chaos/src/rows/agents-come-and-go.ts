import type { Actor } from "../actors/actor.js";
import type { Account } from "../oracle/check-journals.js";
import type { StoreAddress } from "../oracle/raw-store.js";
import { countMailboxes, readResidue } from "../oracle/read-residue.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import type { Row } from "./row.js";

/** Processes at the same time. */
const LANES = 2;
/** Messages of each agent: as the visitors number them. */
const MESSAGES = 2;
/** What happens after a process was killed: its agents come back in another one, or somebody removes what they left. */
const KINDS = ["come back", "are removed"] as const;
type Kind = (typeof KINDS)[number];

/**
 * F19: agents come, get messages and go, thousands of them, hundreds in each process. Some processes are killed in the middle: the agents
 * of some come back under the same ids in another process, and what others left is removed by somebody else.
 */
export const agentsComeAndGo: Row = {
  id: "F19",
  title: "10,000 agents come and go",
  invariant: "keys, consumers, groups left: 0",
  testScale: 0.02,
  async run(scene) {
    const server = await scene.redis();
    const agents = scene.scaled(10_000, 100);
    const town: Town = {
      scene,
      server,
      url: server.url,
      perProcess: Math.max(Math.round(agents / 16), 100),
      ranges: 0,
      killed: 0,
      due: [...KINDS],
      done: 0,
      processes: 0,
    };
    await Promise.all(Array.from({ length: LANES }, () => visitAgain(town, agents)));
    const account = await scene.account([server]);
    const { keys, groups, consumers, bells } = await readResidue(server, scene.namespace);
    return {
      load: `${agentsIn(account)} agents, ${account.accepted} messages, ${town.processes} processes`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: null,
      checks: [
        ...nothingLost(account, { acks: false }),
        atLeast("agents that came and went", agentsIn(account), agents),
        atLeast("processes killed with mailboxes that they left behind", town.killed, KINDS.length),
        {
          claim: "keys left",
          measured: keys.length === 0 ? 0 : `${keys.length}: ${keys.slice(0, 3).join(", ")}`,
          allowed: "0",
          holds: keys.length === 0,
        },
        atMost("consumer groups left", groups, 0),
        atMost("consumers left", consumers, 0),
        atMost("bells", bells, 64),
      ],
    };
  },
};

interface Town {
  readonly scene: Scene;
  readonly server: StoreAddress;
  readonly url: string;
  readonly perProcess: number;
  /** Agents whose process was not killed. */
  done: number;
  /** Processes that were killed while they had mailboxes. */
  killed: number;
  /** What has still to happen: each kind once at least. */
  readonly due: Kind[];
  /** How many ranges of agents were begun. */
  ranges: number;
  processes: number;
}

/** One process of agents after the other, until there have been enough, and some of them were killed. */
async function visitAgain(town: Town, agents: number): Promise<void> {
  const { scene, perProcess } = town;
  while (town.done < agents || town.due.length > 0) {
    const range = town.ranges++;
    const first = range * perProcess + 1;
    // The first ones are killed for certain: one of each kind.
    const due = town.due.shift();
    const kind = due ?? (scene.random() < 0.4 ? KINDS[scene.between(0, 1)] : undefined);
    const visitors = await start(town, first, false);
    if (kind !== undefined && (await killAmidst(town, visitors, range))) {
      town.killed += 1;
      const others = await start(town, first, kind === "are removed");
      await scene.until(others.done);
      town.done += kind === "come back" ? perProcess : 0;
    } else {
      if (due !== undefined) town.due.push(due);
      await scene.until(visitors.done);
      scene.fault("process of agents ended");
      town.done += perProcess;
    }
    scene.say(`${town.done} agents have come and gone`);
  }
}

/** Kills a process that has mailboxes. Resolves to whether it did: one that is over, or about to be, is left alone. */
async function killAmidst({ scene, server, perProcess }: Town, visitors: Actor, range: number): Promise<boolean> {
  const isOfRange = (id: string): boolean =>
    Math.floor((Number(id.replace("visitor-", "")) - 1) / perProcess) === range;
  const count = () => countMailboxes(server, scene.namespace, isOfRange);
  const ended = visitors.done.then(() => true);
  await scene.until(Promise.race([ended, scene.becomes(30_000, async () => (await count()) > 5)]));
  // It cannot end by itself any more, nor delete any.
  visitors.pause();
  if ((await count()) === 0) {
    visitors.resume();
    return false;
  }
  await scene.kill(visitors, "process of agents killed");
  return true;
}

/** Starts a process of agents; or one that removes what such a process left. */
async function start(town: Town, first: number, cleansUp: boolean): Promise<Actor> {
  const { scene, url, perProcess } = town;
  town.processes += 1;
  return await scene.actor({
    kind: "visitors",
    transport: scene.transport(url, { retryBackoff: { minMs: 20, maxMs: 100 } }),
    first,
    count: perProcess,
    atOnce: Math.min(perProcess / 4, 50),
    sender: town.processes,
    heartbeatIntervalMs: 1_000,
    cleansUp,
  });
}

/** How many agents were given messages. */
function agentsIn(account: Account): number {
  const found = new Set<number>();
  for (const { id, deliveries } of account.entries()) {
    if (deliveries.length > 0) found.add(Math.floor((Number(id.slice(id.indexOf(".") + 1)) - 1) / MESSAGES));
  }
  return found.size;
}
