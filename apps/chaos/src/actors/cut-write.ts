import { writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { devNull } from "node:os";

/**
 * On SIGUSR2 makes the next append of this process end after `share` of its bytes, as it does where the process is killed within it:
 * then kills the process. `about` is told before, with what follows the last line break among these bytes.
 */
export async function cutNextWrite(share: number, about: (torn: string) => void): Promise<void> {
  const handle = await open(devNull, "a");
  const methods = Object.getPrototypeOf(handle) as { write: (this: FileHandle, ...args: unknown[]) => unknown };
  await handle.close();
  const { write } = methods;
  let isArmed = false;
  process.once("SIGUSR2", () => {
    isArmed = true;
  });
  methods.write = function (...args) {
    const [bytes] = args;
    // An append names no place.
    if (!isArmed || args.length > 1 || !Buffer.isBuffer(bytes)) return write.apply(this, args);
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    about(cut.subarray(cut.lastIndexOf("\n") + 1).toString());
    writeSync(this.fd, cut);
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  };
}
