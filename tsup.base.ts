import { defineConfig } from "tsup";

/**
 * How every package becomes JavaScript: one output file per source file, so that a stack trace names the file a reader finds in
 * the repository. The declarations come from `tsc -p tsconfig.build.json`.
 */
export default defineConfig({
  entry: ["src/**/*.ts"],
  outDir: "dist",
  format: "esm",
  target: "node22",
  bundle: false,
  sourcemap: true,
  dts: false,
  silent: true,
});
