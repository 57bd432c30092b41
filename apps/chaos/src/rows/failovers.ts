import { clusterFailovers } from "./cluster-failovers.js";
import { joinParts } from "./join-parts.js";
import type { Row } from "./row.js";
import { sentinelFailovers } from "./sentinel-failovers.js";

/**
 * F11: primaries change, and parts of a Cluster move, under load whose messages a replica must have confirmed. Both parts go on at
 * the same time: most of it is waiting for servers to agree.
 */
export const failovers: Row = {
  id: "F11",
  title: "Sentinel failover ×20; Cluster slot migration and failover",
  invariant: "lost 0 (replicated); READONLY and MOVED never reach the user",
  testScale: 0.01,
  async run(scene) {
    const half = scene.scaled(100_000, 1_000);
    const [behindSentinels, onCluster] = [await scene.part(), await scene.part()];
    const [sentinel, cluster] = await Promise.all([
      sentinelFailovers(behindSentinels, scene.scaled(20, 1), half),
      clusterFailovers(onCluster, {
        moves: scene.scaled(10, 1),
        failovers: scene.scale < 0.1 ? 0 : scene.scaled(9),
        messages: half,
      }),
    ]);
    return joinParts({ Sentinel: sentinel, Cluster: cluster });
  },
};
