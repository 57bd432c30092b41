import { defineConfig } from "vitest/config";

/** How every package runs its tests. The JSON report is what `pnpm test` sums up. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A condition is awaited until it holds, however busy the machine; only a test that fails takes so long.
    expect: { poll: { timeout: 20_000 } },
    reporters: ["default", ["json", { outputFile: ".reports/vitest.json" }]],
  },
});
