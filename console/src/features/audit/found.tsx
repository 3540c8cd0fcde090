// Everything that happened, the newest first. What is looked for stands in the address.

import { Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, must } from "../../api/client";
import { type Say, useSay } from "../../texts";
import { Json, Listing, usePages, visible } from "../../ui/board";
import { EVENT_TYPES, whatHappened } from "../../ui/event-texts";
import { Ago, useExact } from "../../ui/time";
import type { Event } from "../workflows/timeline";

interface FoundEvent extends Event {
  stream: string;
}

const FIELDS = ["type", "actor", "words", "since", "until"] as const;
type Wish = Record<(typeof FIELDS)[number], string>;
const NOTHING: Wish = { type: "", actor: "", words: "", since: "", until: "" };

function wishOf(search: Record<string, unknown>): Wish {
  const wish = { ...NOTHING };
  for (const name of FIELDS) {
    const value = search[name];
    if (typeof value === "string") wish[name] = value;
  }
  return wish;
}

// What a field for local time holds, as the server reads it; nothing if it holds no time.
function instant(local: string): string | undefined {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function typesOf(say: Say) {
  const families = [...new Set(EVENT_TYPES.map((type) => type.split(".")[0] ?? ""))];
  return families.map((family) => {
    const members = EVENT_TYPES.filter((type) => type.startsWith(`${family}.`));
    const all = { value: `${family}.*`, label: say("audit.all", { family }) };
    return {
      group: family,
      items: [
        ...(members.length > 1 ? [all] : []),
        ...members.map((value) => ({ value, label: whatHappened(say, value) })),
      ],
    };
  });
}

function about(event: FoundEvent): string {
  const { payload } = event;
  for (const one of [payload.id, payload.person, payload.tool, payload.channel, payload.reason])
    if (typeof one === "string" && one) return visible(one);
  return "";
}

function Where({ stream }: { stream: string }) {
  const say = useSay();
  const workflow = stream.startsWith("wf_")
    ? stream
    : stream.startsWith("out_")
      ? `wf_${stream.slice("out_".length)}`
      : "";
  if (workflow)
    return (
      <Link to={`/workflows/${workflow}` as never} title={workflow}>
        {say("audit.at.workflow")}
      </Link>
    );
  return stream === "directory" ? say("audit.at.directory") : visible(stream);
}

function Filters({ wish, onSet }: { wish: Wish; onSet(changes: Partial<Wish>): void }) {
  const say = useSay();
  const [typed, setTyped] = useState(wish);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSet({ ...typed, type: wish.type });
      }}
    >
      <Group gap="xs" align="end">
        <Select
          label={say("audit.what")}
          data={typesOf(say)}
          value={wish.type || null}
          onChange={(value) => onSet({ type: value ?? "" })}
          clearable
          searchable
          w={230}
          comboboxProps={{ keepMounted: false }}
        />
        {(["actor", "words"] as const).map((name) => (
          <TextInput
            key={name}
            label={say(`audit.${name}`)}
            value={typed[name]}
            onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
            w={160}
            maxLength={name === "actor" ? 64 : 200}
          />
        ))}
        {(["since", "until"] as const).map((name) => (
          <TextInput
            key={name}
            type="datetime-local"
            label={say(`audit.${name}`)}
            value={typed[name]}
            onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
            w={200}
          />
        ))}
        <Button type="submit">{say("audit.search")}</Button>
        <Button
          variant="default"
          onClick={() => {
            setTyped(NOTHING);
            onSet(NOTHING);
          }}
        >
          {say("audit.clear")}
        </Button>
      </Group>
    </form>
  );
}

export function Found() {
  const say = useSay();
  const go = useNavigate();
  const exact = useExact();
  const wish = wishOf(useSearch({ strict: false }) as Record<string, unknown>);
  const [shown, setShown] = useState("");
  const set = (changes: Partial<Wish>) =>
    void go({
      to: "/audit",
      replace: true,
      search: ((before: Record<string, unknown>) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ""),
        )) as never,
    });
  const { items, query } = usePages<FoundEvent>(["audit", wish], (cursor) => {
    const since = instant(wish.since);
    const until = instant(wish.until);
    return must(
      api.GET("/v1/audit/events", {
        params: {
          query: {
            limit: 50,
            ...(cursor ? { cursor } : {}),
            ...(wish.type ? { type: wish.type } : {}),
            ...(wish.actor ? { actor: wish.actor } : {}),
            ...(wish.words ? { words: wish.words } : {}),
            ...(since ? { since } : {}),
            ...(until ? { until } : {}),
          },
        },
      }),
    );
  });
  const last = query.data?.pages.at(-1) as { back_to?: string | null } | undefined;
  return (
    <Stack gap="sm" component="section" aria-label={say("audit.found")}>
      <Title order={2} size="h4">
        {say("audit.found")}
      </Title>
      <Filters key={JSON.stringify(wish)} wish={wish} onSet={set} />
      <Listing
        label={say("audit.found")}
        heads={[say("audit.what"), say("audit.where"), say("audit.actor"), say("audit.when")]}
        empty={say("audit.nothing")}
        query={query}
        rows={items.map((one) => {
          const key = `${one.stream}:${one.version}`;
          return {
            key,
            cells: [
              <div key="what">
                <button
                  type="button"
                  className="f-pick"
                  aria-expanded={shown === key}
                  title={one.type}
                  onClick={() => setShown(shown === key ? "" : key)}
                >
                  {whatHappened(say, one.type)}
                </button>{" "}
                <bdi>{about(one)}</bdi>
                {shown === key && (
                  <Json label={`${say("audit.record")} · ${one.type}`} value={one.payload} />
                )}
              </div>,
              <Where key="where" stream={one.stream} />,
              <bdi key="who">
                {visible(one.actor.id ?? "")} · {one.door}
              </bdi>,
              <Ago key="when" time={one.at} />,
            ],
          };
        })}
      />
      {query.isSuccess && (
        <Text size="sm" c="dimmed" role="status">
          {last?.back_to ? say("audit.back", { to: exact(last.back_to) }) : say("audit.all.looked")}
        </Text>
      )}
    </Stack>
  );
}
