import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/settings/account", load: () => import("./pages/AccountPage") }];
