import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/sources/refused-orders", load: () => import("./pages/RefusedOrdersPage") },
];
