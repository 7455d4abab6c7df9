import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/people/duplicates", load: () => import("./pages/DuplicatesPage") }];
