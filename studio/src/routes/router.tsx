import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { prefix } from "@/lib/prefix";
import { CrashPage, NotFoundPage } from "./lost-pages";
import { RootPage } from "./root-page";
import { readRunFilter, readRunSearch, readStartSearch } from "./search";

const rootRoute = createRootRoute({ component: RootPage, notFoundComponent: NotFoundPage });

export const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: "/", component: lazyRouteComponent(() => import("@/features/home/home-page"), "HomePage") });

export const runsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/runs", validateSearch: readRunFilter, component: lazyRouteComponent(() => import("./runs-route"), "RunsRoute") });

export const runRoute = createRoute({ getParentRoute: () => rootRoute, path: "/runs/$runId", validateSearch: readRunSearch, component: lazyRouteComponent(() => import("./run-route"), "RunRoute") });

export const workspacesRoute = createRoute({ getParentRoute: () => rootRoute, path: "/workspaces", component: lazyRouteComponent(() => import("@/features/workspaces/workspaces-page"), "WorkspacesPage") });

export const inboxRoute = createRoute({ getParentRoute: () => rootRoute, path: "/inbox", component: lazyRouteComponent(() => import("@/features/home/inbox-page"), "InboxPage") });

export const appsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/apps", component: lazyRouteComponent(() => import("@/features/home/apps-page"), "AppsPage") });

export const startRoute = createRoute({ getParentRoute: () => rootRoute, path: "/start/$workflow", validateSearch: readStartSearch, component: lazyRouteComponent(() => import("./start-route"), "StartRoute") });

/** The return page of sign-ins; a provider has its address as redirect address. */
export const signedInRoute = createRoute({ getParentRoute: () => rootRoute, path: "/oauth/callback", component: lazyRouteComponent(() => import("./signed-in-page"), "SignedInPage") });

/** Every part in its states; not in what is shipped. */
const gallery = import.meta.env.DEV
  ? [createRoute({ getParentRoute: () => rootRoute, path: "/__gallery", component: lazyRouteComponent(() => import("@/features/gallery/gallery-page"), "GalleryPage") })]
  : [];

const pages = [homeRoute, inboxRoute, appsRoute, runsRoute, runRoute, startRoute, workspacesRoute, signedInRoute];

export const router = createRouter({
  routeTree: rootRoute.addChildren([...pages, ...gallery]),
  basepath: prefix,
  defaultPreload: "intent",
  defaultErrorComponent: CrashPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
