import { Alert, Button, Center, Loader, Text } from "@mantine/core";
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { useSession } from "./api/session";
import { features } from "./features";
import { useSay } from "./texts";
import { Shell } from "./ui/shell";
import { SignInPage } from "./ui/sign-in";
import { Trouble } from "./ui/trouble";

// Whoever is signed in sees the page, all others the way in; the address stays.
function Frame() {
  const say = useSay();
  const { session, loading, unreachable } = useSession();
  if (session) return <Shell />;
  if (loading)
    return (
      <Center mih="100dvh" role="status" aria-label={say("app.loading")}>
        <Loader />
      </Center>
    );
  if (unreachable)
    return (
      <Center mih="100dvh" p="md">
        <Trouble error={new Error(say("trouble.unreachable"))} again={() => location.reload()} />
      </Center>
    );
  return <SignInPage />;
}

function NotFound() {
  const say = useSay();
  return (
    <Alert color="gray" title={say("app.notFound")}>
      <Link to="/inbox">{say("app.toInbox")}</Link>
    </Alert>
  );
}

function Broken({ error }: { error: unknown }) {
  const say = useSay();
  return (
    <Alert color="red" title={say("app.broken")} role="alert">
      <Text size="sm">{say("app.broken.detail")}</Text>
      <Text size="sm" ff="monospace" my="sm">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Button variant="default" size="compact-sm" onClick={() => location.reload()}>
        {say("app.reload")}
      </Button>
    </Alert>
  );
}

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound });
// The way in is shown by the frame; whoever is in already goes on.
const toInbox = (path: string) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: () => <Navigate to="/inbox" replace />,
  });
const pages = features.flatMap((one) =>
  one.routes.map(({ path, load }) =>
    createRoute({
      getParentRoute: () => rootRoute,
      path,
      component: lazyRouteComponent(load),
      errorComponent: Broken,
    }),
  ),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([toInbox("/"), toInbox("/sign-in"), ...pages]),
  defaultPreload: "intent",
  scrollRestoration: true,
});
