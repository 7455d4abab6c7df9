import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/settings/account", load: () => import("./pages/AccountPage") },
  { path: "/settings/workspace", load: () => import("./pages/WorkspacePage") },
  { path: "/settings/team", load: () => import("./pages/TeamPage") },
  { path: "/settings/keys", load: () => import("./pages/KeysPage") },
  { path: "/settings/audit", load: () => import("./pages/AuditPage") },
];
