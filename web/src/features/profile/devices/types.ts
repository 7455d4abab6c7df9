/** A device a customer was seen on: the shape of the API. Null: not known. */
import type { Schemas } from "@/api/types";

export type Device = Schemas["CustomerDevice"];
