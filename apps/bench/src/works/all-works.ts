import type { Work } from "../measure/work.js";
import { agents, idleAgents } from "./agents.js";
import { backlog } from "./backlog.js";
import { broadcast } from "./broadcast.js";
import { choosing } from "./choosing.js";
import { fanIn } from "./fan-in.js";
import { fileLogging } from "./file-logging.js";
import { idleLatency, loadedLatency } from "./latency.js";
import { memory } from "./memory.js";
import { priorities } from "./priorities.js";
import { processes } from "./processes.js";
import { receive } from "./receive.js";
import { records } from "./records.js";
import { send } from "./send.js";
import { sizes } from "./sizes.js";
import { startUp } from "./start-up.js";
import { storedBytes } from "./stored-bytes.js";
import { taskLatency, tasks } from "./tasks.js";

/** All works, in the order of the report. */
export const ALL_WORKS: readonly Work[] = [
  send,
  receive,
  tasks,
  taskLatency,
  idleLatency,
  loadedLatency,
  memory,
  broadcast,
  fanIn,
  priorities,
  backlog,
  choosing,
  records,
  fileLogging,
  processes,
  storedBytes,
  idleAgents,
  startUp,
  ...sizes,
  ...agents,
];
