/** Customers that may be one person, and the search for them: the shapes of the API's own description. */
import type { components } from "@/api/generated";
import type { ProfileSummary } from "@/api/types";

type Schemas = components["schemas"];

export type Evidence = Schemas["EvidenceView"];
export type Pair = Schemas["PairView"];
export type Group = Omit<Schemas["GroupView"], "people"> & { people: ProfileSummary[] };
export type Step = "reading" | "comparing" | "writing";
export type Status = Omit<Schemas["StatusView"], "state" | "step"> & {
  state: "never" | "running" | "done" | "failed";
  step?: Step | null;
};
export type Accept = Schemas["AcceptedGroup"];
export type Accepted = Schemas["AcceptAnswer"];
export type Rejected = Schemas["RejectAnswer"];
