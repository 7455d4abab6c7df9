import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/settings/consent", load: () => import("./pages/ConsentPage") },
  { path: "/settings/suppressions", load: () => import("./pages/SuppressionsPage") },
];
