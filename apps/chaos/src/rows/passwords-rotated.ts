import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRedisWithTls } from "@agentcomm/test-redis";
import type { Redis } from "ioredis";
import { openClient } from "../oracle/open-client.js";
import { quantile } from "../oracle/quantile.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import { type Outage, outagesOf } from "./outages.js";
import type { RowOutcome } from "./row.js";
import { worstOf } from "./worst-of.js";

const USER = "agents";
/** How long at most it takes until somebody logs in with the old password. */
const REFUSED_WITHIN_MS = 10_000;
/** As after any other outage. */
const OUTAGE_MS = 3_000;

/**
 * The part of F12 that rotates the password of an ACL user, over TLS, while messages flow: each time all connections are put out, and the
 * processes, which read the password from a file whenever they connect, have to find the new one. Every other time the old one is
 * taken away before the file has changed: it does so once a log-in was refused.
 */
export async function rotatePasswords(scene: Scene): Promise<RowOutcome> {
  const rotations = scene.scaled(20, 4);
  const rules = ["~*", "&*", "+@all"];
  const server = scene.own(await startRedisWithTls({ user: { name: USER, password: "password-0", rules } }));
  const { host, port, ca } = server;
  const passwordFile = join(scene.dir, "password");
  await writeFile(passwordFile, "password-0");
  const transport = scene.transport(`rediss://${USER}@${host}:${port}`, { tls: { ca }, passwordFile });
  const receiver = { transport, mailboxes: ["worker"] };
  const receivers = await Promise.all([scene.receiver(receiver), scene.receiver(receiver)]);
  const sender = await scene.sender({ transport, to: ["worker"], count: 10_000_000, perSecond: 200 });
  const client = openClient({ host, port, ca, username: USER, password: "password-0" });
  const outages: Outage[] = [];
  let refusing = 0;
  try {
    for (let number = 1; number <= rotations; number++) {
      await scene.pass(scene.between(200, 400));
      const { isRefusing, ...outage } = await rotate(scene, client, { number, passwordFile, early: number % 2 === 0 });
      outages.push(outage);
      refusing += Number(isRefusing);
      scene.fault("password rotated");
      scene.say(`${number} passwords rotated`);
      await scene.becomes(OUTAGE_MS, async () => (await connectionsOf(client)) === 2 * receivers.length + 1);
    }
  } finally {
    client.disconnect();
  }
  await scene.until(sender.stop());
  const address = { host, port, ca, username: USER, password: `password-${rotations}` };
  await scene.drained([address], 20_000);
  await scene.stop(receivers);
  const account = await scene.account([address]);
  const outagesMs = outagesOf(account.acceptedAtMs, outages, account.took);
  return {
    load: `${account.accepted} messages, ${rotations} rotations`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: worstOf(outagesMs),
    checks: [
      ...nothingLost(account),
      atLeast("passwords rotated", outages.length, rotations),
      atLeast("of them, with log-ins refused", refusing, Math.floor(rotations / 2)),
      atMost("outage p99", quantile(outagesMs, 0.99), OUTAGE_MS, " ms"),
    ],
  };
}

interface Rotation {
  readonly number: number;
  readonly passwordFile: string;
  /** The old password is taken away before anybody is told the new one. */
  readonly early: boolean;
}

async function rotate(
  scene: Scene,
  client: Redis,
  { number, passwordFile, early }: Rotation,
): Promise<Outage & { readonly isRefusing: boolean }> {
  const password = `password-${number}`;
  const before = await refusedLogIns(client);
  const putOut = async (): Promise<void> => {
    await client.call("ACL", "SETUSER", USER, `<password-${number - 1}`);
    await client.call("CLIENT", "KILL", "USER", USER);
  };
  const isRefusing = async (): Promise<boolean> => (await refusedLogIns(client)) > before;
  const fromMs = journalNow();
  await client.call("ACL", "SETUSER", USER, `>${password}`);
  if (early) await putOut();
  const wasRefused = early && (await scene.becomes(REFUSED_WITHIN_MS, isRefusing));
  await writeFile(passwordFile, password);
  if (!early) await putOut();
  return { fromMs, toMs: journalNow(), isRefusing: wasRefused };
}

/** How often anybody was refused, by the server's log: like refusals of a minute are one entry there. */
async function refusedLogIns(client: Redis): Promise<number> {
  const entries = (await client.call("ACL", "LOG", "128")) as (string | number)[][];
  return entries.reduce((sum, entry) => sum + Number(entry[entry.indexOf("count") + 1]), 0);
}

/** Those of actors: of that name. */
async function connectionsOf(client: Redis): Promise<number> {
  const list = String(await client.client("LIST"));
  return list.split("\n").filter((line) => line.includes("name=agentcomm")).length;
}
