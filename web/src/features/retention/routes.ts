import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/settings/retention", load: () => import("./pages/RetentionPage") },
  { path: "/settings/retention/new", load: () => import("./pages/NewRulePage") },
  { path: "/settings/retention/$id", load: () => import("./pages/RulePage") },
  { path: "/settings/retention/runs/$id", load: () => import("./pages/RunPage") },
];
