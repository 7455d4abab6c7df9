import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/", load: () => import("./pages/HomePage") }];
