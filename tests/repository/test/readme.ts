import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.js";

/** What a package's README tells its reader to install and to run. */
export interface ReadmeExample {
  /** The packages named by the README's `npm install …`. */
  readonly install: readonly string[];
  /** The README's first ```ts block. */
  readonly code: string;
}

/** Reads the example of the README in `folder`. Throws when the README has no install line or no ```ts block. */
export function readmeExample(folder: string): ReadmeExample {
  const text = readFileSync(join(root, folder, "README.md"), "utf8");
  const install = /^npm install (.+)$/m.exec(text)?.[1];
  const code = /^```ts\n(.*?)^```$/ms.exec(text)?.[1];
  if (install === undefined) throw new Error(`${folder}/README.md has no line that begins with "npm install".`);
  if (code === undefined) throw new Error(`${folder}/README.md has no \`\`\`ts example.`);
  return { install: install.trim().split(/\s+/), code };
}
