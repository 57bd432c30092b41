import { DEFAULT_OUT } from "./options.js";

/** What `--help` prints. */
export const HELP = `Usage: pnpm demo [directory] [options]

A crew of agents reviews a directory: a supervisor plans one task per file, workers with different
capabilities do them, an editor merges what they find. Writes report.md and report.json.

The directory is this repository unless you name one. Relative paths mean the folder you are in.

  --transport memory|redis  how the agents reach each other (default: memory, needs no server)
  --redis-url URL           where Redis is (default: redis://127.0.0.1:6379)
  --processes               each agent in a process of its own; needs --transport redis
  --kill                    kill a worker half-way: its tasks go to another
  --all                     enter .git and node_modules as well
  --out FOLDER              where the report goes (default: ./${DEFAULT_OUT}, which git ignores)
  --json                    print report.json on standard output; progress goes to standard error
  --log-dir FOLDER          write the agents' audit log there
  --help                    print this

Every regular file counts, as find -type f prints them; lines, words and bytes are those of wc for
each file. Symbolic links are not followed. The report itself is not reviewed.

Environment, where no option says otherwise: AGENT_COMMUNICATION_MODE, REDIS_URL, AGENT_LOG_DIR,
AGENT_DEFAULT_TIMEOUT, AGENT_MAX_RETRIES; NO_COLOR for a picture without colors.

Exit code: 0 when the report is written, 1 when something was wrong, 130 after Ctrl-C.
`;
