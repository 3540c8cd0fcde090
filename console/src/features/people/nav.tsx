// People, groups, keys, standing permissions and freezes stand side by side.

import { Group } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Head } from "../../ui/board";

const PAGES = ["people", "groups", "keys", "permissions", "freezes"] as const;

export function PeopleHead({ children }: { children?: React.ReactNode }) {
  const say = useSay();
  const { session } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = PAGES.find((one) => path === `/${one}`) ?? "people";
  return (
    <>
      <Head title={say(`people.page.${here}`)}>{children}</Head>
      <Group component="nav" gap="md" aria-label={say("people.title")}>
        {PAGES.filter((one) => one !== "keys" || session?.kind !== "person").map((one) => (
          <Link
            key={one}
            to={`/${one}` as never}
            aria-current={here === one ? "page" : undefined}
            style={{ fontWeight: here === one ? 700 : 400 }}
          >
            {say(`people.page.${one}`)}
          </Link>
        ))}
      </Group>
    </>
  );
}
