import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/campaigns", load: () => import("./pages/CampaignsPage") },
  { path: "/campaigns/new", load: () => import("./pages/NewCampaignPage") },
  { path: "/templates", load: () => import("./pages/TemplatesPage") },
  { path: "/campaigns/$id", load: () => import("./pages/CampaignPage") },
];
