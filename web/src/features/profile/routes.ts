import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/people", load: () => import("./pages/PeoplePage") },
  { path: "/people/$id", load: () => import("./pages/PersonPage") },
  { path: "/settings/identity", load: () => import("./pages/IdentityRulesPage") },
];
