// The agents as their newest workflows show them: what they do, what they wait for, what holds them.

import { Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, itemsOf, must } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Head, Listing, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { type Freeze, Lift, Throw, useFreezes } from "../people/freezes";
import type { Workflow } from "../workflows/data";
import { type Agent, agentsOf } from "./agents";

export default function AgentsPage() {
  const say = useSay();
  const { session } = useSession();
  const mayAct = session?.kind !== "readonly";
  const [throwing, setThrowing] = useState<string | null>(null);
  const [lifting, setLifting] = useState<Freeze | null>(null);
  const freezes = useFreezes();
  const query = useInfiniteQuery({
    queryKey: ["workflows", "agents"],
    queryFn: ({ pageParam }) =>
      must(
        api.GET("/v1/workflows", {
          params: { query: { limit: 200, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const workflows = (query.data?.pages ?? []).flatMap((page) => itemsOf<Workflow>(page));
  const holding = freezes.items.filter((one) => one.until === null && one.tool === null);
  const held = (agent: Agent) =>
    holding.find((one) => one.agent === null || one.agent === agent.name);
  return (
    <Stack gap="md">
      <Head title={say("agents.title")} />
      <Text size="sm" c="dimmed">
        {say("agents.of", { count: workflows.length })}
      </Text>
      <Listing
        label={say("agents.title")}
        heads={[
          say("agents.name"),
          say("agents.now"),
          say("agents.waiting"),
          say("agents.done"),
          say("agents.failed"),
          say("agents.last"),
          say("agents.held"),
        ]}
        query={query}
        empty={say("agents.none")}
        rows={agentsOf(workflows).map((one) => {
          const freeze = held(one);
          return {
            key: one.name,
            cells: [
              <Link
                key="name"
                to={`/workflows?agent=${encodeURIComponent(one.name)}` as never}
                style={{ overflowWrap: "anywhere" }}
              >
                <bdi>{visible(one.name)}</bdi>
              </Link>,
              one.running,
              one.waiting,
              one.done,
              one.failed,
              <Ago key="last" time={one.last} />,
              <span key="held">
                {freeze ? `❄ ${visible(freeze.reason)} ` : ""}
                {mayAct && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={say(freeze ? "agents.thaw.of" : "agents.freeze.of", {
                      agent: visible(one.name),
                    })}
                    onClick={() => (freeze ? setLifting(freeze) : setThrowing(one.name))}
                  >
                    {say(freeze ? "people.thaw" : "people.freeze")}
                  </Button>
                )}
              </span>,
            ],
          };
        })}
      />
      {throwing !== null && <Throw agent={throwing} onClose={() => setThrowing(null)} />}
      {lifting && <Lift freeze={lifting} onClose={() => setLifting(null)} />}
    </Stack>
  );
}
