import { CAPABILITIES, type Capability } from "../review/specialities.js";

/** What the editor can do. */
export const EDITING = "edit.merge";

/** An agent of the crew. */
export interface CrewMember {
  readonly id: string;
  /** What it can do. */
  readonly capabilities: readonly (Capability | typeof EDITING)[];
  /** Most tasks it does at once. */
  readonly limit: number;
}

/** The supervisor's id, as a coordinator. */
export const SUPERVISOR = "chief";

/** The workers. Whatever the file, at least two of them can review it: one may be lost. */
export const REVIEWERS: readonly CrewMember[] = [
  { id: "ada", capabilities: ["review.typescript", "review.json"], limit: 4 },
  { id: "ben", capabilities: ["review.typescript", "review.python"], limit: 3 },
  { id: "cleo", capabilities: ["review.markdown", "review.json"], limit: 3 },
  { id: "dan", capabilities: ["review.python", "review.markdown", "review.general"], limit: 2 },
  { id: "eve", capabilities: CAPABILITIES, limit: 1 },
];

/** Merges what the workers found. */
const EDITOR: CrewMember = { id: "finn", capabilities: [EDITING], limit: 2 };

/** Everybody whom the supervisor gives tasks. */
export const CREW: readonly CrewMember[] = [...REVIEWERS, EDITOR];
