import { createTroubleReporter } from "@agentcomm/protocol/internal";
import { createRegistry } from "@agentcomm/registry";
import { Background } from "./background.js";
import { StatsCounter } from "./coordination-stats.js";
import { Dispatcher } from "./dispatcher.js";
import { Incoming } from "./incoming.js";
import { Instances } from "./instances.js";
import { MailboxReader } from "./mailbox-reader.js";
import { Membership } from "./membership.js";
import { OpenTaskWatch } from "./open-task-watch.js";
import { publishTask } from "./publish-task.js";
import type { ResolvedCoordinatorOptions } from "./resolve-coordinator-options.js";
import type { StoredTask } from "./stored-task.js";
import { takeOver } from "./take-over.js";
import { TaskCare } from "./task-care.js";
import { openAttempt } from "./task-facts.js";
import { TaskLedger, type WrittenChange } from "./task-ledger.js";
import { TaskMail } from "./task-mail.js";
import { TaskStore } from "./task-store.js";
import { Timetable } from "./timetable.js";

/** What a coordinator consists of, wired up. Nothing of it does anything yet. */
export type CoordinatorParts = ReturnType<typeof createParts>;

export function createParts(options: ResolvedCoordinatorOptions) {
  const { id, transport, clock, random, leaseMs, retryBackoff, taskRetentionMs } = options;
  const { records } = transport;
  const ownerId = options.createId();
  const reporter = createTroubleReporter(options.onError, transport.name);
  const report: typeof reporter = (error, about) => reporter(error, { agentId: id, ...about });
  const registry =
    options.registry ??
    createRegistry({
      transport,
      clock,
      random,
      createId: options.createId,
      ...(options.onError === undefined ? {} : { onError: options.onError }),
    });
  const background = new Background({ clock, random, report });
  const { persevere } = background;
  const timetable = new Timetable(clock);
  const store = new TaskStore(records);
  const mail = new TaskMail({ id, transport, clock });
  const stats = new StatsCounter(clock);

  const archive = (ended: StoredTask): void => void persevere(() => store.archive(ended, taskRetentionMs));

  const written = (change: WrittenChange): void => {
    stats.count(change);
    publishTask(change);
    const { previous, next } = change;
    const attempt = previous && openAttempt(previous);
    const ended = next.attempts.find((each) => each.attempt === attempt?.attempt);
    // The agent doesn't know yet that it need not go on. Of a cancel it is told by the call that canceled.
    if (
      previous !== undefined &&
      attempt !== undefined &&
      (ended?.outcome === "timeout" || ended?.outcome === "lost")
    ) {
      const why = ended.error?.message ?? next.reason ?? "it took too long";
      void persevere(() => mail.sendCancel(previous, attempt, why));
    }
  };

  const ledger: TaskLedger = new TaskLedger({
    store,
    clock,
    ownerId,
    report,
    persevere,
    written,
    archive,
    safe: () => instances.safe(),
    care: { keep: (task) => care.keep(task), drop: (task) => care.drop(task) },
  });
  const watch = new OpenTaskWatch({ store, ledger, persevere, report });
  const dispatcher = new Dispatcher({ registry, ledger, persevere });
  const care = new TaskCare({
    ledger,
    dispatcher,
    registry,
    mail,
    timetable,
    persevere,
    clock,
    random,
    retryBackoff,
  });

  const takeTasksOver = (): Promise<void> =>
    takeOver({
      coordinatorId: id,
      store,
      ledger,
      persevere,
      report,
      archive,
      isAlive: (owner) => instances.isAlive(owner),
    });

  let endLookout: (() => void) | undefined;
  /** While other instances can change this one's tasks, it must see what they change. */
  const lookOut = (): void => {
    if (instances.hasOthers === (endLookout !== undefined)) return;
    if (endLookout !== undefined) {
      endLookout();
      endLookout = undefined;
      return;
    }
    let isHeld = false;
    const acquired = persevere(async () => {
      await watch.acquire();
      isHeld = true;
    });
    endLookout = () =>
      void acquired.then(() => {
        if (isHeld) watch.release();
      });
  };
  const instances: Instances = new Instances({
    coordinatorId: id,
    ownerId,
    leaseMs,
    records,
    clock,
    report,
    changed: ({ gone }) => {
      lookOut();
      if (gone && ledger.caring) void persevere(takeTasksOver);
    },
  });

  const incoming = new Incoming({
    id,
    ledger,
    report,
    retryTimes: () => ({ now: clock.now(), random, retryAt: (record) => care.retryAt(record) }),
    refused: () => stats.countRefused(),
  });
  const reader = new MailboxReader({
    id,
    leaseMs,
    transport,
    incoming,
    report,
    handled: () => stats.messages.add(1),
  });
  const membership = new Membership({ id, transport, registry, instances, clock, random, report });

  return {
    ownerId,
    registry,
    background,
    timetable,
    store,
    mail,
    stats,
    ledger,
    watch,
    dispatcher,
    care,
    reader,
    membership,
    takeTasksOver,
    report,
  };
}
