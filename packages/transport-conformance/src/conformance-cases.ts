import { backPressureCases } from "./cases/back-pressure.js";
import { deadHolderCases } from "./cases/dead-holder.js";
import { deadLetterCases } from "./cases/dead-letters.js";
import { delayCases } from "./cases/delay.js";
import { fanOutCases } from "./cases/fan-out.js";
import { isolationCases } from "./cases/isolation.js";
import { leaseCases } from "./cases/leases.js";
import { lifecycleCases } from "./cases/lifecycle.js";
import { limitCases } from "./cases/limits.js";
import { oneSendCases } from "./cases/one-send.js";
import { outageCases } from "./cases/outages.js";
import { poisonCases } from "./cases/poison.js";
import { priorityCases } from "./cases/priority.js";
import { recordCases } from "./cases/records.js";
import { recordExpiryCases } from "./cases/records-expire.js";
import { residueCases } from "./cases/residue.js";
import { statsCases } from "./cases/stats.js";
import { atLeastOnceCases, storedCases } from "./cases/stored.js";
import { subscribeCases } from "./cases/subscribe.js";
import { unreadableCases } from "./cases/unreadable.js";
import { wakeCases } from "./cases/wakes.js";
import { watchCases } from "./cases/watch.js";
import type { ConformanceCase } from "./conformance-case.js";
import type { TransportHarness } from "./harness.js";

/** Every case there is, promise by promise. Which of them apply to a transport {@link applicableCases} tells. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...storedCases,
  ...atLeastOnceCases,
  ...priorityCases,
  ...leaseCases,
  ...deadHolderCases,
  ...poisonCases,
  ...unreadableCases,
  ...oneSendCases,
  ...backPressureCases,
  ...delayCases,
  ...wakeCases,
  ...residueCases,
  ...outageCases,
  ...isolationCases,
  ...fanOutCases,
  ...subscribeCases,
  ...deadLetterCases,
  ...recordCases,
  ...recordExpiryCases,
  ...watchCases,
  ...lifecycleCases,
  ...limitCases,
  ...statsCases,
];

/** The cases that apply to the harness's transport: by what it declares, and by whether its line can be broken. */
export function applicableCases(
  harness: Pick<TransportHarness, "capabilities" | "createBreakable">,
): readonly ConformanceCase[] {
  return conformanceCases.filter((each) => {
    const declared = Object.entries(each.requires ?? {}).every(
      ([name, value]) => harness.capabilities[name as keyof TransportHarness["capabilities"]] === value,
    );
    return declared && (each.breaksLine !== true || harness.createBreakable !== undefined);
  });
}
