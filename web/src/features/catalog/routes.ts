import type { PageSpec } from "@/lib/pages";

export const routes: PageSpec[] = [
  { path: "/products", load: () => import("./pages/ProductsPage") },
  { path: "/products/upload", load: () => import("./pages/UploadPage") },
  { path: "/products/feeds", load: () => import("./pages/FeedsPage") },
  { path: "/products/feeds/$id", load: () => import("./pages/FeedRunPage") },
  { path: "/products/$id", load: () => import("./pages/ProductPage") },
];
