// The frame: the rail (on a phone four tabs and a drawer), who is signed in, whether it is live.

import {
  ActionIcon,
  Anchor,
  AppShell,
  Badge,
  Button,
  Drawer,
  Group,
  Menu,
  Modal,
  NavLink,
  Stack,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useLive } from "../api/live";
import { useSession } from "../api/session";
import { features } from "../features";
import { useWaiting } from "../features/inbox/data";
import { LANGUAGES, type Language, useLanguage, useSay } from "../texts";
import { Mark } from "./mark";
import { Palette } from "./palette";
import { SignInForm } from "./sign-in";

const inRail = features.filter((one) => one.rail);

function Rail({ onGo }: { onGo?: () => void }) {
  const say = useSay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const waiting = useWaiting();
  return (
    <Stack gap={2} component="nav" aria-label={say("app.main")}>
      {inRail.map((one) => (
        <NavLink
          key={one.name}
          component={Link}
          to={one.rail ?? "/"}
          onClick={onGo}
          active={path === one.rail || path.startsWith(`${one.rail}/`)}
          aria-current={path === one.rail ? "page" : undefined}
          label={say(`${one.name}.title`)}
          leftSection={<span aria-hidden="true">{one.sign}</span>}
          rightSection={
            one.name === "inbox" && waiting ? (
              <Badge size="sm" variant="filled" color="indigo.8">
                {waiting}
              </Badge>
            ) : undefined
          }
        />
      ))}
    </Stack>
  );
}

function Live({ live }: { live: boolean }) {
  const say = useSay();
  const word = live ? "live" : "stale";
  return (
    <Tooltip label={say(`app.${word}.detail`)} multiline w={260}>
      <Text
        size="xs"
        role="status"
        style={{ color: live ? "var(--fermata-good)" : "var(--fermata-waiting)" }}
      >
        <span aria-hidden="true">{live ? "●" : "○"} </span>
        {say(`app.${word}`)}
      </Text>
    </Tooltip>
  );
}

function Me() {
  const say = useSay();
  const { session, signOut } = useSession();
  const { language, choose } = useLanguage();
  const { toggleColorScheme } = useMantineColorScheme();
  if (!session) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" c="inherit">
          {session.name || session.id}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{say("app.signedInAs", { name: session.id })}</Menu.Label>
        <Menu.Item onClick={() => toggleColorScheme()}>{say("app.theme")}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{say("app.language")}</Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => (
          <Menu.Item key={one} lang={one} onClick={() => choose(one)} disabled={one === language}>
            {LANGUAGES[one].name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{say("app.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Tabs({ onMore }: { onMore: () => void }) {
  const say = useSay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Group component="nav" grow h="100%" gap={0} aria-label={say("app.main")}>
      {inRail.slice(0, 3).map((one) => (
        <Anchor
          key={one.name}
          component={Link}
          to={one.rail ?? "/"}
          ta="center"
          size="xs"
          underline="never"
          c={path === one.rail ? "var(--fermata-you)" : "inherit"}
          aria-current={path === one.rail ? "page" : undefined}
        >
          <div aria-hidden="true">{one.sign}</div>
          {say(`${one.name}.title`)}
        </Anchor>
      ))}
      <Button variant="subtle" color="gray" c="inherit" h="100%" size="xs" onClick={onMore}>
        {say("app.more")}
      </Button>
    </Group>
  );
}

export function Shell() {
  const say = useSay();
  const { session, expired } = useSession();
  const live = useLive(session !== null && !expired) === "live";
  const narrow = useMediaQuery("(max-width: 767px)") ?? false;
  const [menu, { open, close }] = useDisclosure(false);
  const [palette, find] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 200, breakpoint: 768, collapsed: { mobile: true } }}
      footer={{ height: 56, collapsed: !narrow }}
      padding="md"
    >
      <a className="f-skip" href="#content">
        {say("app.skip")}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap" c="var(--fermata-you)">
            <Mark />
            <Text fw={600} c="var(--mantine-color-text)">
              Fermata
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Live live={live} />
            <ActionIcon
              variant="subtle"
              color="gray"
              c="inherit"
              aria-label={say("app.palette")}
              title={`${say("app.palette")} (Ctrl K)`}
              onClick={find.open}
            >
              ⌕
            </ActionIcon>
            <Me />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">{!narrow && <Rail />}</AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      <AppShell.Footer>{narrow && <Tabs onMore={open} />}</AppShell.Footer>
      <Drawer opened={menu} onClose={close} title={say("app.menu")} size="xs">
        <Rail onGo={close} />
      </Drawer>
      <Palette opened={palette} onOpen={find.open} onClose={find.close} />
      <Modal
        opened={expired}
        onClose={() => {}}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        title={say("signIn.expired")}
      >
        <Text size="sm" mb="md">
          {say("signIn.expired.detail")}
        </Text>
        <SignInForm />
      </Modal>
    </AppShell>
  );
}
