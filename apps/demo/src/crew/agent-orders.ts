import type { CrewMember } from "./roster.js";

/** What a crew tells a process of an agent. */
export type Order =
  | {
      readonly kind: "start";
      readonly member: CrewMember;
      readonly redisUrl: string;
      readonly namespace: string;
      readonly logDir?: string;
    }
  | { readonly kind: "stop" };

/** What the process answers. */
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "trouble"; readonly message: string };
