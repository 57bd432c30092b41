import { defineTask } from "@agentcomm/protocol";
import { z } from "zod";
import { FINDING_KINDS } from "../review/finding.js";
import { CAPABILITIES, type Capability } from "../review/specialities.js";
import { EDITING } from "./roster.js";

const count = z.number().int().nonnegative();

const places = z.partialRecord(z.enum(FINDING_KINDS), count);

const finding = z.object({
  kind: z.enum(FINDING_KINDS),
  line: count,
  column: count.exactOptional(),
  places: count,
  message: z.string(),
});

const review = z.object({
  lines: count,
  words: count,
  bytes: count,
  blankLines: count,
  longestLine: z.object({ line: count, characters: count }).exactOptional(),
  binary: z.boolean(),
  notUtf8Line: count.exactOptional(),
  sha256: z.string(),
  findings: z.array(finding).readonly(),
  findingsLeftOut: count,
  places,
});

/** The task of reviewing one file. There is one such definition per capability, named after it. */
function defineReview(capability: Capability) {
  return defineTask({
    type: capability,
    description: "Review one file of the directory",
    requiredCapabilities: [capability],
    input: z.object({
      directory: z.string(),
      path: z.string(),
      pathBase64: z.string().exactOptional(),
      wordRule: z.enum(["utf-8", "posix"]),
    }),
    output: z.union([z.object({ review }), z.object({ skipped: z.string() })]),
  });
}

/** The task of reviewing one file, by the capability that it takes. */
export const REVIEW_TASKS = Object.fromEntries(
  CAPABILITIES.map((capability) => [capability, defineReview(capability)]),
) as Readonly<Record<Capability, ReturnType<typeof defineReview>>>;

const sums = z.object({
  files: count,
  skipped: count,
  lines: count,
  words: count,
  bytes: count,
  blankLines: count,
  binaryFiles: count,
  findings: count,
});

const digest = z.object({
  totals: sums,
  byCapability: z.partialRecord(z.enum(CAPABILITIES), sums),
  places,
  mostFindings: z.array(z.object({ file: count, places: count })).readonly(),
  longestLines: z.array(z.object({ file: count, line: count, characters: count })).readonly(),
});

/** The task of merging what is known of several parts of the directory into one. */
export const MERGE_TASK = defineTask({
  type: EDITING,
  description: "Merge what was found in several parts of the directory",
  requiredCapabilities: [EDITING],
  input: z.object({ parts: z.array(digest).readonly() }),
  output: digest,
});
