/** The process in which one class is checked: gets its job over the channel, tells where it is, and what came of it. */
import { once } from "node:events";
import { endWithParent } from "./end-with-parent.js";
import { inputClasses } from "./input-classes.js";
import type { InputJob, InputNews } from "./input-job.js";
import { runClass } from "./run-class.js";

// Who started it is gone: nobody wants to know any more.
const onOrphaned = (): never => process.exit(1);
process.once("disconnect", onOrphaned);
// What is caught in an endless loop does not hear of it.
endWithParent(Number(process.argv[2]));

/** Resolves once it is handed over: a channel that is closed before takes what it still holds with it. */
const tell = (news: InputNews): Promise<void> => new Promise((resolve) => process.send?.(news, () => resolve()));

const [job] = (await once(process, "message")) as [InputJob];
const inputClass = inputClasses.find(({ name }) => name === job.class);
if (inputClass === undefined) throw new Error(`no class of input is called ${job.class}`);
const outcome = await runClass(inputClass, job, (news) => void tell(news));
await tell({ kind: "done", outcome });
process.off("disconnect", onOrphaned);
// Nothing else keeps it: what a class leaves open would, and would be found by its process not ending.
process.disconnect();
