import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/plan", load: () => import("./pages/PlanPage") },
  { path: "/plan/new", load: () => import("./pages/NewPlannedPage") },
  { path: "/plan/$id", load: () => import("./pages/PlannedPage") },
];
