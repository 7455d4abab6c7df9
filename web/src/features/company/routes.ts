import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/companies", load: () => import("./pages/CompaniesPage") },
  { path: "/companies/$id", load: () => import("./pages/CompanyPage") },
];
