import type { StandardSchema } from "@agentcomm/protocol";

/** A schema that takes everything as it is. */
export const anything: StandardSchema = {
  "~standard": { version: 1, vendor: "chaos", validate: (value) => ({ value }) },
};
