import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runDeepBelow } from "./scratch-folder.js";

/** Plants a directory with everything that makes counting hard. */
export async function plantSample(directory: string): Promise<void> {
  for (const folder of ["src", "docs", "data", "empty", ".git/objects", "node_modules/left", "src/node_modules"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  const files: Record<string, string | Uint8Array> = {
    "README.md": "# Title\n\n### Too deep\n\n[there](docs/guide.md) [gone](docs/gone.md)\n\nTrailing \n",
    "docs/guide.md": "# Guide\r\n\r\nNo newline at the end",
    "src/a.ts": "export const a = 1; // TODO: more\n",
    "src/copy of a.ts": "export const a = 1; // TODO: more\n",
    "src/mixed.py": "def f():\n\treturn 1\n\ndef g():\n    return 2  # FIXME\n",
    "data/good.json": '{ "a": [1, 2, 3] }\n',
    "data/bad.json": '{ "a": [1, 2, 3,] }\n',
    "data/empty": "",
    "data/words — and accents.txt": "déjà vu — naïve\u00a0space\n\n\t\n",
    "data/latin1.txt": Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xe9, 0x0a]),
    "data/binary.bin": Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 31 + (at >> 4)) & 0xff)),
    "data/big.log": "a line of a big file, which is read in pieces\n".repeat(40_000),
    "new\nline.txt": "one\n",
    ".git/objects/pack": Buffer.from([0, 1, 2, 10]),
    ".git/config": "[core]\n",
    "node_modules/left/index.js": "module.exports = 1;\n",
    "src/node_modules/x.ts": "export {};\n",
  };
  for (let at = 0; at < 40; at++) files[`src/many-${at}.${["ts", "py", "md", "json", "txt"][at % 5]}`] = `"${at}"\n`;
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  await writeFile(Buffer.concat([Buffer.from(`${directory}/data/`), Buffer.from([0xff, 0x2e, 0x74])]), "not UTF-8\n");
  await symlink("..", join(directory, "docs/up"));
  await symlink("guide.md", join(directory, "docs/link.md"));
  // Its folder can be listed, but with its name the path is longer than the system takes: not even root can read it.
  const depth = Math.floor((4_090 - directory.length) / 201);
  await runDeepBelow(directory, depth, 'fs.writeFileSync("u".repeat(250), "unreadable\\n");');
}

/** Sums as find and wc make them. */
export interface WcTotals {
  readonly files: number;
  readonly lines: number;
  readonly words: number;
  readonly bytes: number;
}

/** Counts with find and wc, each file by itself. What can't be read is a file without lines. */
export function countWithWc(directory: string, options: { all?: boolean; locale?: string } = {}): WcTotals {
  const passedOver = ["-type", "d", "(", "-name", ".git", "-o", "-name", "node_modules", ")", "-prune", "-o"];
  const conditions = [...(options.all === true ? [] : passedOver), "-type", "f"];
  const env = { PATH: process.env.PATH ?? "", LC_ALL: options.locale ?? "C.UTF-8" };
  const run = (...action: string[]): string =>
    execFileSync("find", [directory, ...conditions, ...action], {
      env,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  const files = run("-printf", ".").length;
  const rows = run("-exec", "sh", "-c", 'for file; do wc -lwc < "$file"; done; true', "sh", "{}", "+")
    .trim()
    .split("\n");
  const [lines, words, bytes] = [0, 1, 2].map((column) =>
    rows.reduce((sum, row) => sum + Number(row.trim().split(/\s+/)[column]), 0),
  ) as [number, number, number];
  return { files, lines, words, bytes };
}
