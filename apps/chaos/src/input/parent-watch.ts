// A thread of its own, which looks whether the process that started this one is still there.
import { workerData } from "node:worker_threads";

const LOOK_EVERY_MS = 1_000;

// Whoever has lost its parent is given another.
const look = (): void => void (process.ppid !== workerData && process.kill(process.pid, "SIGKILL"));
look();
setInterval(look, LOOK_EVERY_MS);
