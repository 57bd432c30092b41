import { atMost, nothingLost } from "./checks.js";
import { killStoreUnderLoad } from "./kill-store.js";
import { outageChecks, outagesOf } from "./outages.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const CONCURRENCY = 50;
/** Longer than an outage: who is alive keeps what it holds. */
const LEASE_MS = 10_000;

/**
 * F3: the server is killed while it writes every answer's data to disk first, and started at once. An outage contains all that
 * lies between: the server's start, its reading of the append-only file, the clients' reconnecting. What the operating system was
 * given survives a kill: that an fsync survives a power failure is Redis's own promise, and not looked into here.
 */
export const storeKilled: Row = {
  id: "F3",
  title: "Redis kill -9 and restart ×10, appendfsync always",
  invariant: "lost 0; outage p99 ≤ 3 s",
  testScale: 0.01,
  async run(scene) {
    const kills = scene.scaled(10, 2);
    const { server, outages } = await killStoreUnderLoad(scene, {
      config: { appendonly: "yes", appendfsync: "always" },
      messages: scene.scaled(500_000, 2_000),
      perSecond: scene.scale < 0.1 ? 1_200 : 5_000,
      kills,
      concurrency: CONCURRENCY,
      leaseMs: LEASE_MS,
    });
    const account = await scene.account([server]);
    return {
      load: `${account.accepted} messages, 2 receivers, appendfsync always`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(outagesOf(account.acceptedAtMs, outages, account.took)),
      checks: [
        ...nothingLost(account),
        ...outageChecks("kills", account.acceptedAtMs, outages, { times: kills, mostMs: 3_000, took: account.took }),
        atMost("messages not accepted in the end", account.attempted - account.accepted, 0),
        atMost("repeats", account.repeats, 0),
      ],
    };
  },
};
