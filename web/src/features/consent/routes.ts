import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/settings/suppressions", load: () => import("./pages/SuppressionsPage") }];
