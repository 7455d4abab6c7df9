import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/segments", load: () => import("./pages/SegmentsPage") },
  { path: "/segments/new", load: () => import("./pages/NewSegmentPage") },
  { path: "/segments/$id", load: () => import("./pages/SegmentPage") },
];
