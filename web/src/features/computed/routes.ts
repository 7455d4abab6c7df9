import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/computed-traits", load: () => import("./pages/ComputedTraitsPage") },
  { path: "/computed-traits/new", load: () => import("./pages/NewComputedTraitPage") },
  { path: "/computed-traits/$id", load: () => import("./pages/ComputedTraitPage") },
];
