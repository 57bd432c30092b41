import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./turbo.mjs";

/**
 * Sums up what the packages' test runs reported. Counted as failed, besides failed tests: a test that was skipped, a suite that broke
 * before its tests ran, a package without a report or without a single test.
 */
export async function sumUp(packages) {
  const lines = [];
  let passed = 0;
  let failed = 0;
  for (const { name, directory } of packages) {
    const result = await readReport(join(root, directory, ".reports/vitest.json"));
    passed += result.passed;
    failed += result.failed;
    lines.push(`${name}: ${result.passed} passed, ${result.failed} failed${result.note ? ` (${result.note})` : ""}`);
  }
  return { lines, passed, failed };
}

async function readReport(file) {
  let report;
  try {
    report = JSON.parse(await readFile(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, note: "no report: the package was not built or its tests crashed" };
  }
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const brokenSuites = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
  ).length;
  const failed = report.numFailedTests + skipped + brokenSuites;
  if (passed + failed === 0) return { passed, failed: 1, note: "no tests" };
  // Errors outside of any test, such as a rejection that nobody handled, make the run a failure as well.
  if (failed === 0 && !report.success) return { passed, failed: 1, note: "an error outside of any test" };
  const notes = [
    ...(skipped > 0 ? [`skipped, which counts as failed: ${skipped}`] : []),
    ...(brokenSuites > 0 ? [`broken suites: ${brokenSuites}`] : []),
  ];
  return { passed, failed, note: notes.join(", ") };
}
