import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [{ path: "/settings/sender", load: () => import("./pages/SenderPage") }];
