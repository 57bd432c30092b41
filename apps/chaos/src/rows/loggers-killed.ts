import { join } from "node:path";
import { SmallDisk } from "../faults/small-disk.js";
import { checkLog } from "../oracle/check-log.js";
import { readLogJournals } from "../oracle/log-journals.js";
import { readLog } from "../oracle/read-log.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, none } from "./checks.js";
import { Loggers } from "./loggers.js";
import type { Row } from "./row.js";

const AT_ONCE = 4;
/** Of each: so that the kills of a run meet all of its lines. */
const PER_SECOND = 1_000;
const LEAST_KILLS = 4;
/** The numbers of the loggers on the small disk begin here. */
const ON_SMALL_DISK = 100_001;
const ROOMY_BYTES = 64 * 1_024 * 1_024;
/** Full in a second; much longer than it takes to say so. */
const TIGHT_BYTES = 512 * 1_024;

/**
 * F21: loggers that share a folder are killed, half of them in the middle of a write after any number of its bytes; others log onto a
 * disk that is read-only at first, and then full again and again.
 */
export const loggersKilled: Row = {
  id: "F21",
  title: "file log: kill -9 at any byte, disk full, read-only, 4 writers",
  invariant: "complete lines lost after fsync 0; torn lines ≤ 1 per kill, and set aside",
  needs: ["tmpfs"],
  testScale: 0.03,
  async run(scene) {
    const baseDir = join(scene.dir, "log");
    const disk = scene.own(await SmallDisk.mount(join(scene.dir, "disk"), ROOMY_BYTES));
    const onDisk = join(disk.path, "log");
    const count = scene.scaled(200_000);
    await killInTurn(scene, baseDir, count);
    await refuse(scene, disk, onDisk, scene.scaled(5, 1));

    const account = checkLog(await readLogJournals(scene.dir), [await readLog(baseDir), await readLog(onDisk)]);
    const { "logger killed anywhere": anywhere = 0, "logger killed within a write": within = 0 } = scene.faults;
    const { "disk full": full = 0, "disk read-only": readOnly = 0 } = scene.faults;
    return {
      load: `${account.attempted} lines, ${AT_ONCE} writers at once`,
      lost: account.lost.count,
      duplicates: account.twice.count,
      worstRecoveryMs: null,
      checks: [
        atLeast("lines logged", account.attempted, count),
        atLeast("of them, said to be on the disk", account.flushed, count / 2),
        none("lines lost after they were said to be on the disk", account.lost),
        none("lines twice", account.twice),
        none("lines that nobody logged", account.unexpected),
        none("lines that are no JSON", account.unreadable),
        atLeast("writers killed", anywhere + within, LEAST_KILLS + 1),
        atLeast("of them, in the middle of a line", account.torn, 1),
        // Who was killed within a write leaves one, whose text it told. All others are left by those who were killed anywhere.
        atMost("other torn lines", account.tornOtherwise, anywhere),
        none("torn lines that were not set aside", account.tornAway),
        atLeast("times the disk was read-only, and all writers were refused", readOnly, 1),
        atLeast("times the disk was full, and all writers were refused", full, 1),
      ],
    };
  },
};

async function killInTurn(scene: Scene, baseDir: string, lines: number): Promise<void> {
  const loggers = new Loggers(scene, { baseDir, perSecond: PER_SECOND, first: 1 });
  await startAll(loggers);
  for (let kills = 0; kills < LEAST_KILLS || (await loggers.countLines()) < lines; kills++) {
    await scene.pass(scene.between(0, 200));
    await loggers.kill(kills % 2 === 0 ? "within a write" : "anywhere");
    // Whoever finds an unfinished line notes it down. Killed before the note is on the disk it would take the line with it, and
    // the checker could not tell that from a loss: so each of the others flushes what it found, once the flush under way is over.
    await loggers.eachCounts("flushes", 3);
    await loggers.start();
    scene.say(`${await loggers.countLines()} of ${lines} lines`);
  }
  await loggers.stop();
}

async function refuse(scene: Scene, disk: SmallDisk, baseDir: string, times: number): Promise<void> {
  const loggers = new Loggers(scene, { baseDir, perSecond: PER_SECOND, first: ON_SMALL_DISK });
  await disk.makeReadOnly();
  await startAll(loggers);
  await loggers.eachCounts("refusals", 1);
  scene.fault("disk read-only");
  await disk.makeWritable();
  await loggers.eachCounts("flushes", 1);
  for (let round = 1; round <= times; round++) {
    await disk.leaveFree(TIGHT_BYTES);
    await loggers.eachCounts("refusals", 1);
    scene.fault("disk full");
    await loggers.kill("anywhere");
    await loggers.start();
    await disk.leaveFree(ROOMY_BYTES);
    await loggers.eachCounts("flushes", 3);
    scene.say(`${round} of ${times} times the disk was full`);
  }
  await loggers.stop();
}

async function startAll(loggers: Loggers): Promise<void> {
  await Promise.all(Array.from({ length: AT_ONCE }, () => loggers.start()));
}
