import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/imports", load: () => import("./pages/ImportsPage") },
  { path: "/imports/new", load: () => import("./pages/NewImportPage") },
  { path: "/imports/$id", load: () => import("./pages/ImportPage") },
];
