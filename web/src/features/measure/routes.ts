import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/people/scores", load: () => import("./pages/ScoresPage") },
  { path: "/sources/refused-orders", load: () => import("./pages/RefusedOrdersPage") },
];
