import { spawn } from "node:child_process";
import { DISK_FOLDER } from "./small-disk.js";

/**
 * Ends the process `pid` and removes the folder `dir`, with the disk that may be mounted in it, as soon as this process is gone,
 * however it went: a test run that is killed leaves no server behind. The watcher waits for the end of its standard input, which the
 * system closes with this process. The function that comes back ends the watcher alone.
 */
export function watchOver(pid: number, dir: string): () => void {
  const script = 'read -r _; kill -9 "$1"; umount --lazy "$2/$3" 2> /dev/null; rm -rf "$2"';
  const watcher = spawn("sh", ["-c", script, "sh", String(pid), dir, DISK_FOLDER], {
    stdio: ["pipe", "ignore", "ignore"],
    // A group of its own: Ctrl-C in the terminal must not end the watcher before it has done its work.
    detached: true,
  });
  watcher.unref();
  return () => watcher.kill("SIGKILL");
}
