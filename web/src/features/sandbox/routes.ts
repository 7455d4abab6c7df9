import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/sandbox", load: () => import("./pages/SandboxPage") },
  { path: "/sandbox/$id", load: () => import("./pages/SandboxPage") },
];
