import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const HOW_TO_GET_IT =
  "The tests need a real Redis: install Redis 7 or newer so that redis-server (or valkey-server) and openssl are on PATH.";

/**
 * Makes sure that the tests find a Redis server and openssl, once, before the packages' tests run side by side and would race for
 * apt's lock. Installs the distribution's package where that is possible without asking, and says so.
 * Throws with one line that says how to get them otherwise.
 */
export function ensureRedis() {
  const missing = [];
  if (!isOnPath("redis-server") && !isOnPath("valkey-server")) missing.push("redis-server");
  if (!isOnPath("openssl")) missing.push("openssl");
  if (missing.length === 0) return;

  const asRoot = rootPrefix();
  if (asRoot === undefined || !isOnPath("apt-get")) {
    // A server of the caller's own serves most tests; those which need a private one fail and say so.
    if (process.env.REDIS_URL) return;
    throw new Error(HOW_TO_GET_IT);
  }
  console.error(`Not on PATH: ${missing.join(", ")}. Installing the distribution's package with apt-get.`);
  const lock = ["-o", "DPkg::Lock::Timeout=120"];
  const env = "DEBIAN_FRONTEND=noninteractive";
  // A list that can't be brought up to date, of a repository that has nothing to do with it, need not stop the installation.
  run([...asRoot, "env", env, "apt-get", "update", "-qq", ...lock], { mayFail: true });
  run([...asRoot, "env", env, "apt-get", "install", "-y", "-qq", "--no-install-recommends", ...lock, ...missing]);
}

/** What to put before a command so that it runs as root without a question; undefined when that is not possible. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (isOnPath("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0) return ["sudo", "-n"];
  return undefined;
}

function run([command, ...args], { mayFail = false } = {}) {
  // apt-get writes to standard error: what a caller prints on standard output stays its own.
  const { status } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0 && !mayFail) throw new Error(`${[command, ...args].join(" ")} failed. ${HOW_TO_GET_IT}`);
}

function isOnPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
