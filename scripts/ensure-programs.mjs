import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** What the tests cannot do without: any of these programs will do, and the distribution's packages that bring it. */
const FOR_TESTS = [
  { programs: ["redis-server", "valkey-server"], packages: ["redis-server"] },
  { programs: ["openssl"], packages: ["openssl"] },
];
/** What some of the chaos app's faults are made with. */
const FOR_FAULTS = [
  { programs: ["strace"], packages: ["strace"] },
  { programs: ["gcc"], packages: ["gcc", "libc6-dev"] },
];
/** Servers of the peers that the bench app measures. */
const PEERS = [{ programs: ["nats-server", "/usr/sbin/nats-server"], packages: ["nats-server"] }];
const HOW_TO_GET_REDIS =
  "The tests need a real Redis: install Redis 7 or newer so that redis-server (or valkey-server) and openssl are on PATH.";

/**
 * Makes sure that the tests find a Redis server and openssl, once, before the packages' tests run side by side and would race for
 * apt's lock. Installs the distribution's package where that is possible without asking, and says so.
 * Throws with one line that says how to get them otherwise.
 */
export function ensureRedis() {
  const failure = install(FOR_TESTS);
  // A server of the caller's own serves most tests; those which need a private one fail and say so.
  if (failure === undefined || (failure === CANNOT_INSTALL && process.env.REDIS_URL)) return;
  throw new Error(`${failure} ${HOW_TO_GET_REDIS}`);
}

/**
 * Installs what the chaos app's faults are made with, where that is possible without asking, and says so. Where it is not, it says
 * that: the rows that need it are not run, and say so as well.
 */
export function ensureFaultPrograms() {
  const failure = install(FOR_FAULTS);
  if (failure !== undefined) console.error(`${failure} Some rows will not be run.`);
}

/**
 * Installs the servers that the bench app measures beside Redis, where that is possible without asking, and says so. Where it is not, it
 * says that: the rows that need them say so as well.
 */
export function ensurePeers() {
  const failure = install(PEERS);
  if (failure !== undefined) console.error(`${failure} Some contenders will not run.`);
}

const CANNOT_INSTALL = "Nothing can be installed here.";

/** Installs the packages of what is missing. Returns why that failed, or undefined. */
function install(wanted) {
  const missing = wanted.filter(({ programs }) => !programs.some(isOnPath)).flatMap(({ packages }) => packages);
  if (missing.length === 0) return undefined;
  const asRoot = rootPrefix();
  if (asRoot === undefined || !isOnPath("apt-get")) return CANNOT_INSTALL;
  console.error(`Not on PATH: ${missing.join(", ")}. Installing the distribution's package with apt-get.`);
  const apt = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
  const lock = ["-o", "DPkg::Lock::Timeout=120"];
  // A list that can't be brought up to date, of a repository that has nothing to do with it, need not stop the installation.
  run([...apt, "update", "-qq", ...lock]);
  const done = run([...apt, "install", "-y", "-qq", "--no-install-recommends", ...lock, ...missing]);
  return done ? undefined : `apt-get install ${missing.join(" ")} failed.`;
}

/** What to put before a command so that it runs as root without a question; undefined when that is not possible. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (isOnPath("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0) return ["sudo", "-n"];
  return undefined;
}

/** Whether the command succeeded. */
function run([command, ...args]) {
  // apt-get writes to standard error: what a caller prints on standard output stays its own.
  return spawnSync(command, args, { stdio: ["ignore", 2, 2] }).status === 0;
}

function isOnPath(program) {
  if (isAbsolute(program)) return existsSync(program);
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
