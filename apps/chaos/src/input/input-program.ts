/** The process in which one class is checked: gets its job over the channel, tells where it is, and what came of it. */
import { once } from "node:events";
import { inputClasses } from "./input-classes.js";
import type { InputJob, InputNews } from "./input-job.js";
import { runClass } from "./run-class.js";
import { StrayErrors } from "./stray-errors.js";

// Who started it is gone: nobody wants to know any more.
const onOrphaned = (): never => process.exit(1);
process.once("disconnect", onOrphaned);

const tell = (news: InputNews): void => void process.send?.(news);

const [job] = (await once(process, "message")) as [InputJob];
const inputClass = inputClasses.find(({ name }) => name === job.class);
if (inputClass === undefined) throw new Error(`no class of input is called ${job.class}`);
using strays = new StrayErrors();
tell({ kind: "done", outcome: await runClass(inputClass, job, strays, tell) });
process.off("disconnect", onOrphaned);
// Nothing else keeps it: what a class leaves open would, and would be found by its process not ending.
process.disconnect();
