import type { Account } from "../oracle/check-journals.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import { type FullDisk, fillDiskUnderLoad, fillMemoryUnderLoad } from "./fill-store.js";
import { outagesOf, underLoad } from "./outages.js";
import type { Check, Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const DISK_BYTES = 128 * 1024 * 1024;
/** What was on its way when the server noticed that its disk is full has arrived by then, on a busy machine too. */
const ON_ITS_WAY_MS = 500;

/**
 * F5: the disk is full, and free again; then memory is full while nobody receives. Half of the senders repeat what is refused, the
 * others leave it. The server writes to its disk every second: one that must do it before each answer (appendfsync always) ends
 * itself when it cannot, which is F3's fault.
 */
export const storeFull: Row = {
  id: "F5",
  title: "disk full, freed, ×5; maxmemory reached while receivers are stopped",
  invariant: "lost 0; typed errors; nothing handed out whose ack cannot be written; draining works during OOM",
  needs: ["tmpfs"],
  testScale: 0.04,
  async run(scene) {
    const fills = scene.scaled(5, 1);
    const messages = scene.scaled(12_500);
    const onDisk = await scene.redis({ diskBytes: DISK_BYTES, config: { appendonly: "yes" } });
    const full = await fillDiskUnderLoad(scene, onDisk, messages, fills);
    const inMemory = await scene.redis();
    const { waiting, left } = await fillMemoryUnderLoad(scene, inMemory, messages);
    const account = await scene.account([onDisk, inMemory]);
    const { acceptedAtMs, nothing, failures } = account;
    const { STORAGE_FULL: refused = 0, ...otherFailures } = failures;
    const freed = full.map(({ toMs }) => ({ fromMs: toMs, toMs }));
    return {
      load: `${account.accepted} messages accepted, ${nothing} refused`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(outagesOf(acceptedAtMs, freed, account.took)),
      checks: [
        ...nothingLost(account),
        atLeast(
          "times the disk got full while messages were being accepted",
          underLoad(acceptedAtMs, full).length,
          fills,
        ),
        ...whileFull(account, full),
        atLeast("messages waiting when memory was full", waiting, messages),
        atMost("of them left after draining while it still was", left, 0),
        atLeast("sends refused with STORAGE_FULL", refused, fills + 1),
        atLeast("messages refused that were left at that", nothing, fills + 1),
        atMost("codes of other failures", Object.keys(otherFailures).length, 0),
        atMost("repeats", account.repeats, 0),
      ],
    };
  },
};

/** What went on while nothing could be written. */
function whileFull(account: Account, full: readonly FullDisk[]): Check[] {
  const isFull = (atMs: number) => full.some(({ knownAtMs, toMs }) => atMs > knownAtMs + ON_ITS_WAY_MS && atMs < toMs);
  let handedOut = 0;
  let waited = 0;
  for (const { deliveries, handledAtMs } of account.entries()) {
    handedOut += deliveries.filter(({ atMs }) => isFull(atMs)).length;
    waited += Number(full.some(({ knownAtMs, toMs }) => handledAtMs > knownAtMs && handledAtMs < toMs));
  }
  return [
    atLeast("acks that had to wait for room on the disk", waited, full.length),
    atMost("messages accepted while the disk was full", account.acceptedAtMs.filter(isFull).length, 0),
    atMost("messages handed out while the disk was full", handedOut, 0),
  ];
}
