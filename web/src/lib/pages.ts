/** What a feature hands to the router: its addresses and the page behind each, loaded on first visit. */
import type { ComponentType } from "react";

export type PageSpec = {
  /** Router path, parameters as "$id". */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
};
