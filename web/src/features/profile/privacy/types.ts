/** Making a person anonymous, and what became of one who is gone: the shapes of the API. */
import type { Schemas } from "@/api/types";

export type AnonymisePreview = Schemas["AnonymisePreview"];
export type Part = Schemas["AnonymisePart"];
export type Erasure = Schemas["Erasure"];
