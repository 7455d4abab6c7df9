import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/live", load: () => import("./pages/LivePage") }];
