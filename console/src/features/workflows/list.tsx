// Every run of an agent, newest first. What is filtered stands in the address.

import { Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, must } from "../../api/client";
import { useSay } from "../../texts";
import { Head, Listing, usePages, visible } from "../../ui/board";
import { State } from "../../ui/state";
import { Ago } from "../../ui/time";
import { STATUSES, type Status, type Workflow } from "./data";

export default function WorkflowsPage() {
  const say = useSay();
  const go = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const status = STATUSES.find((one) => one === search.status);
  const agent = typeof search.agent === "string" ? search.agent : "";
  const tag = typeof search.tag === "string" ? search.tag : "";
  const [typed, setTyped] = useState({ agent, tag });
  const set = (changes: Record<string, string>) =>
    void go({
      to: "/workflows",
      replace: true,
      search: ((before: Record<string, unknown>) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ""),
        )) as never,
    });
  const { items, query } = usePages<Workflow>(["workflows", status, agent, tag], (cursor) =>
    must(
      api.GET("/v1/workflows", {
        params: {
          query: {
            limit: 50,
            ...(cursor ? { cursor } : {}),
            ...(status ? { status: status as Status } : {}),
            ...(agent ? { agent } : {}),
            ...(tag ? { tag } : {}),
          },
        },
      }),
    ),
  );
  return (
    <Stack gap="md">
      <Head title={say("workflows.title")} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set(typed);
        }}
      >
        <Group gap="xs" align="end">
          <Select
            label={say("workflows.status")}
            data={STATUSES.map((value) => ({ value, label: say(`state.${value}`) }))}
            value={status ?? null}
            onChange={(value) => set({ status: value ?? "" })}
            clearable
            w={150}
            comboboxProps={{ keepMounted: false }}
          />
          {(["agent", "tag"] as const).map((name) => (
            <TextInput
              key={name}
              label={say(`workflows.${name}`)}
              value={typed[name]}
              onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
              onBlur={() => set(typed)}
              w={150}
            />
          ))}
          <button type="submit" hidden />
        </Group>
      </form>
      <Listing
        label={say("workflows.title")}
        heads={[
          say("workflows.what"),
          say("workflows.status"),
          say("workflows.calls"),
          say("workflows.waits"),
          say("workflows.since"),
        ]}
        query={query}
        empty={say(status || agent || tag ? "workflows.none.filtered" : "workflows.none")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <div key="what">
              <Link to={`/workflows/${one.id}` as never}>
                <bdi>{visible(one.name || one.agent)}</bdi>
              </Link>
              <Text size="xs" c="dimmed">
                <bdi>{one.agent}</bdi> · <bdi>{one.id}</bdi>
              </Text>
            </div>,
            <State key="state" of={one.status} />,
            one.calls.total,
            one.pending_approvals.length || "",
            <Ago key="since" time={one.created_at} />,
          ],
        }))}
      />
    </Stack>
  );
}
