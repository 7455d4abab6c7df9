/** The route tree: public pages, and everything else inside the frame behind a session. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { chooseWorkspace } from "@/api/client";
import { isStatus } from "@/api/errors";
import { meQuery, metaQuery, queryClient } from "@/api/query";
import type { Me } from "@/api/types";
import { paths } from "@/lib/paths";
import { features } from "./features";
import { Frame } from "./frame/Frame";
import { NotFound } from "./frame/NotFound";
import { RouteError } from "./frame/RouteError";
import { takeOverLocale } from "./preferences";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: RouteError });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: paths.signIn(),
  component: lazyRouteComponent(() => import("@/features/access/pages/SignInPage")),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: paths.setup(),
  component: lazyRouteComponent(() => import("@/features/access/pages/SetupPage")),
});

/** Open to everybody, as the description it is drawn from. */
const apiDocsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: paths.apiDocs(),
  component: lazyRouteComponent(() => import("@/features/apidocs/pages/ApiDocsPage")),
  errorComponent: RouteError,
});

const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "frame",
  component: Frame,
  errorComponent: RouteError,
  beforeLoad: async ({ location }) => {
    const meta = await queryClient.ensureQueryData(metaQuery);
    if (meta.setup_needed) throw redirect({ href: paths.setup() });
    try {
      await takeOverLocale(await loadMe());
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      const next = location.href === "/" ? "" : `?next=${encodeURIComponent(location.href)}`;
      throw redirect({ href: paths.signIn() + next });
    }
  },
});

/** A remembered workspace may be gone, or belong to somebody else: forget it and ask once more. */
async function loadMe(): Promise<Me> {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (!isStatus(error, 403) && !isStatus(error, 404)) throw error;
    chooseWorkspace(null);
    return await queryClient.fetchQuery(meQuery);
  }
}

const pageRoutes = features.flat().map((page) =>
  createRoute({
    getParentRoute: () => frameRoute,
    path: page.path,
    component: lazyRouteComponent(page.load),
    errorComponent: RouteError,
  }),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([signInRoute, setupRoute, apiDocsRoute, frameRoute.addChildren(pageRoutes)]),
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
});
