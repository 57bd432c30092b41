// What stands behind `pnpm check`: everything that CI does. `--without-tests` leaves out what `pnpm test` has already run.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, turbo } from "./turbo.mjs";

const bin = (program) => join(root, "node_modules/.bin", program);

const steps = [
  ["format, lint, order of imports", () => run(bin("biome"), ["check", "--error-on-warnings"])],
  ["build", () => turbo(["run", "build", "--output-logs=errors-only"], { output: "keep" })],
  [
    "types of sources, tests and examples",
    () => turbo(["run", "typecheck", "--output-logs=errors-only"], { output: "keep" }),
  ],
  ["types of the tools' configuration", () => run(bin("tsc"), ["-p", "tsconfig.json"])],
  ["nothing unused, nothing undeclared (knip)", () => run(bin("knip"), [])],
  ["packed packages (publint, attw)", packedPackages],
];
if (!process.argv.includes("--without-tests")) {
  // The rules of who may import whom, the installed packages, the changesets and the examples are among the tests.
  steps.push(["tests", () => run(process.execPath, [join(root, "scripts/test.mjs")], { show: true })]);
}

let failed = 0;
for (const [title, step] of steps) {
  const start = performance.now();
  const { code, stdout, stderr } = await step();
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  if (code !== 0) {
    failed++;
    console.log(stdout + stderr);
  }
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${title} (${seconds} s)`);
}
console.log(failed === 0 ? "Everything checked is in order." : `${failed} of ${steps.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function run(command, args, { cwd = root, show = false } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  return { code: status ?? 1, stdout: stdout ?? "", stderr: `${stderr ?? ""}${error ? `${error.message}\n` : ""}` };
}

/** Packs each package as it would be published, and looks at the tarball: its exports and files (publint), its types (attw). */
async function packedPackages() {
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-check-"));
  const failures = [];
  try {
    for (const name of await readdir(join(root, "packages"))) {
      const tarball = join(folder, `${name}.tgz`);
      const results = [
        run("pnpm", ["pack", "--out", tarball], { cwd: join(root, "packages", name) }),
        run(bin("publint"), ["run", tarball, "--strict"]),
        run(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]),
      ];
      failures.push(...results.filter(({ code }) => code !== 0));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const stdout = failures.map((failure) => failure.stdout + failure.stderr).join("\n");
  return { code: failures.length === 0 ? 0 : 1, stdout, stderr: "" };
}
