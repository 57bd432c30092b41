import { agentsComeAndGo } from "./agents-come-and-go.js";
import { agentsKilled } from "./agents-killed.js";
import { badInput } from "./bad-input.js";
import { clocksShifted } from "./clocks-shifted.js";
import { coordinatorsKilled } from "./coordinators-killed.js";
import { eventLoopBlocked } from "./event-loop-blocked.js";
import { failovers } from "./failovers.js";
import { floods } from "./floods.js";
import { interleavings } from "./interleavings.js";
import { linesReset } from "./lines-reset.js";
import { loggersKilled } from "./loggers-killed.js";
import { poison } from "./poison.js";
import { promotions } from "./promotions.js";
import { receiversKilled } from "./receivers-killed.js";
import { receiversPaused } from "./receivers-paused.js";
import { repliesLost } from "./replies-lost.js";
import { rollingRestart } from "./rolling-restart.js";
import type { Row } from "./row.js";
import { sendersKilled } from "./senders-killed.js";
import { storeDamaged } from "./store-damaged.js";
import { storeFull } from "./store-full.js";
import { storeKilled } from "./store-killed.js";
import { storeKilledBetweenFsyncs } from "./store-killed-between-fsyncs.js";
import { storeStopped } from "./store-stopped.js";
import { transportsCompared } from "./transports-compared.js";

/** Every row, in its order. */
export const ALL_ROWS: readonly Row[] = [
  receiversKilled,
  sendersKilled,
  storeKilled,
  storeKilledBetweenFsyncs,
  storeFull,
  receiversPaused,
  storeStopped,
  repliesLost,
  linesReset,
  promotions,
  failovers,
  storeDamaged,
  clocksShifted,
  eventLoopBlocked,
  coordinatorsKilled,
  agentsKilled,
  poison,
  rollingRestart,
  agentsComeAndGo,
  floods,
  loggersKilled,
  transportsCompared,
  interleavings,
  badInput,
];

/** The rows that a mutant is run through, until one has caught it. */
export const MUTANT_ROWS: readonly Row[] = [receiversKilled, receiversPaused, repliesLost, poison, floods, badInput];
