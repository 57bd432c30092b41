import { createCoordinator } from "@agentcomm/coordinator";
import { enableFileLogging } from "@agentcomm/file-logger";
import { type AgentCommError, createId } from "@agentcomm/protocol";
import type { DemoOptions } from "./cli/options.js";
import { wordRuleOf } from "./cli/word-rule.js";
import { type Crew, type CrewOptions, inWords } from "./crew/crew.js";
import { startInProcessCrew } from "./crew/in-process-crew.js";
import { type MeetingPlace, meetInMemory, meetOnRedis } from "./crew/meeting-place.js";
import { openPlace } from "./crew/open-place.js";
import { startProcessCrew } from "./crew/process-crew.js";
import { CREW, SUPERVISOR } from "./crew/roster.js";
import { openDirectory } from "./directory/open-directory.js";
import { buildReport } from "./report/build-report.js";
import { digestOf } from "./report/digest.js";
import type { Report } from "./report/report.js";
import { mergeWithEditor } from "./supervisor/merge-with-editor.js";
import { reviewFiles } from "./supervisor/review-files.js";
import { type Board, createBoard } from "./view/board.js";
import { rarely } from "./view/rarely.js";
import type { View } from "./view/view.js";

/** What a run of the demo takes. */
export interface RunOptions {
  readonly options: DemoOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute paths of the report's own files. */
  readonly ownFiles: readonly string[];
  /** Called when the crew is ready to begin; resolves to what shows it at work. */
  readonly begin: (board: Board, files: number) => Promise<View>;
  /** Ends the run: it rejects with the signal's reason once everything is put away. */
  readonly signal: AbortSignal;
}

/**
 * Has a crew review a directory, and resolves to the report. However it ends, no process, no connection and nothing in the
 * store is left behind. Rejects with a UserError or an AgentCommError.
 */
export async function runDemo({ options, env, ownFiles, begin, signal }: RunOptions): Promise<Report> {
  const startedAt = Date.now();
  const directory = await openDirectory(options.directory, { all: options.all, ownFiles });
  const { files } = directory.listing;
  const wordRule = wordRuleOf(env);

  // Put away in the opposite order: first the picture, last the log, which so hears of everything.
  await using _log = options.logDir === undefined ? undefined : enableFileLogging({ baseDir: options.logDir });
  using board = createBoard(CREW);
  const early: string[] = [];
  let show = (text: string): void => void early.push(text);
  const note = rarely(
    (text) => show(text),
    () => performance.now(),
  );
  const onError = (error: AgentCommError): void => note(inWords(error));

  const place = options.transport === "memory" ? meetInMemory() : meetOnRedis(options.redisUrl, createId());
  await using supervisor = await openPlace(place, onError);
  const { transport } = supervisor;
  await using crew = await startCrew(place, options, (agentId, message) => note(`${agentId}: ${message}`));
  const { attemptTimeoutMs, maxRetries } = options;
  await using coordinator = createCoordinator({ id: SUPERVISOR, transport, attemptTimeoutMs, maxRetries, onError });
  await coordinator.start();
  signal.throwIfAborted();
  using view = await begin(board, files.length);
  show = (text) => view.note(text);
  for (const text of early) show(text);

  const work = async (): Promise<Report> => {
    const { outcomes, killed } = await reviewFiles(files, {
      coordinator,
      crew,
      board,
      directory: directory.path,
      wordRule,
      kill: options.kill,
      note,
    });
    const parts = outcomes.map(({ capability, result }, at) => digestOf(at, capability, result));
    const { digest, tasks } = await mergeWithEditor(parts, coordinator, board);
    return buildReport({
      directory: directory.path,
      transport: transport.name,
      processes: options.processes,
      wordRule,
      startedAt,
      endedAt: Date.now(),
      listing: directory.listing,
      outcomes,
      digest,
      editorTasks: tasks,
      killed,
      crew: CREW,
      board: board.state(),
    });
  };
  return await unlessAborted(work(), signal);
}

function startCrew(place: MeetingPlace, options: DemoOptions, onTrouble: CrewOptions["onTrouble"]): Promise<Crew> {
  const crew = { members: CREW, onTrouble };
  if (!options.processes || place.kind === "memory") return startInProcessCrew(place, crew);
  return startProcessCrew(place, options.logDir === undefined ? crew : { ...crew, logDir: options.logDir });
}

/** Settles as the work does, or rejects with the signal's reason at once; what the work does afterwards is of no interest. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
