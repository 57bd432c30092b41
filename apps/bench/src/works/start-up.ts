import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contender } from "../measure/contender.js";
import { installedSize } from "../measure/installed-size.js";
import type { Work } from "../measure/work.js";

const run = promisify(execFile);

const OURS = ["protocol", "transport-memory", "transport-redis", "registry", "agent", "coordinator", "file-logger"];
const PEERS = ["bullmq", "moleculer", "ioredis"];

/** What it takes to have a package: loaded by a process that has nothing else, and on the disk with all that it depends on. */
export const startUp: Work = {
  id: "start-up",
  title: "import a package in a new process; what it takes on the disk, dependencies included",
  quantities: ["ms", "bytes", "packages"],
  contenders: [...OURS.map((name) => `@agentcomm/${name}`), ...PEERS].map(importing),
};

function importing(name: string): Contender {
  return {
    name,
    keeps: "nothing",
    async open() {
      const { bytes, packages } = await installedSize(name);
      const program = `const from = performance.now(); await import(${JSON.stringify(import.meta.resolve(name))}); console.log(performance.now() - from);`;
      return {
        async round() {
          const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
          return { ms: Number(stdout), bytes, packages };
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}
