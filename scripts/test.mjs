// What stands behind `pnpm test [package …]`: gets a Redis, lets turbo build the packages and run their tests, and sums the reports up.
// Ends with the line `N passed, N failed`; whatever kept a test from running counts as failed.
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ensureFaultPrograms, ensureRedis } from "./ensure-programs.mjs";
import { sumUp } from "./sum-up.mjs";
import { root, turbo } from "./turbo.mjs";

/** They measure how fast things are, and how soon they are made good: they get the machine for themselves, one after the other. */
const ALONE = ["@agentcomm/bench", "@agentcomm/chaos"];

process.exitCode = await runTests(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  return 1;
});

async function runTests(names) {
  const packages = choose(await packagesWithTests(), names);
  if (packages.some((each) => each.needsRedis)) ensureRedis();
  if (packages.some(({ name }) => name === "@agentcomm/chaos")) ensureFaultPrograms();
  for (const { directory } of packages) await rm(join(root, directory, ".reports"), { recursive: true, force: true });

  let code = await runTogether(packages.filter(({ name }) => !ALONE.includes(name)));
  for (const name of ALONE) code = (await runTogether(packages.filter((each) => each.name === name))) || code;
  const { lines, passed, failed } = await sumUp(packages);
  // A failure that no report knows of: a package that could not be built, a process that crashed after its last test.
  const total = failed === 0 && code !== 0 ? 1 : failed;
  if (total !== failed) lines.push("turbo: a task failed, see above");
  console.log(["", ...lines, `${passed} passed, ${total} failed`].join("\n"));
  return total === 0 ? 0 : 1;
}

/** Resolves to turbo's exit code. */
async function runTogether(packages) {
  if (packages.length === 0) return 0;
  const { code } = await turbo([
    "run",
    "test",
    "--continue=dependencies-successful",
    "--output-logs=new-only",
    // Each package's tests use two processes themselves.
    `--concurrency=${Math.max(2, Math.floor(availableParallelism() / 2))}`,
    ...packages.map(({ name }) => `--filter=${name}`),
  ]);
  return code;
}

/** Every package that has tests: its name, its folder, and whether its tests talk to Redis. */
async function packagesWithTests() {
  const plan = await turbo(["run", "test", "--dry=json"], { output: "keep" });
  if (plan.code !== 0) throw new Error(plan.stderr);
  const { tasks } = JSON.parse(plan.stdout);
  const needed = new Map(tasks.map((task) => [task.taskId, task.dependencies]));
  const reaches = (taskId, target) =>
    taskId === target || (needed.get(taskId) ?? []).some((dependency) => reaches(dependency, target));
  return tasks
    .filter(({ task, command }) => task === "test" && command !== "<NONEXISTENT>")
    .map((task) => ({
      name: task.package,
      directory: task.directory,
      needsRedis: reaches(task.taskId, "@agentcomm/test-redis#build"),
    }));
}

function choose(packages, names) {
  if (names.length === 0) return packages;
  return names.map((name) => {
    const found = packages.find((each) => each.name === name || each.name === `@agentcomm/${name}`);
    if (found) return found;
    const known = packages.map((each) => each.name.replace("@agentcomm/", "")).join(", ");
    throw new Error(`No package "${name}" with tests. There are: ${known}`);
  });
}
