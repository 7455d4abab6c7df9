import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/sources", load: () => import("./pages/SourcesPage") },
  { path: "/sources/new/$kind", load: () => import("./pages/NewConnectionPage") },
  { path: "/sources/$id", load: () => import("./pages/SourcePage") },
];
