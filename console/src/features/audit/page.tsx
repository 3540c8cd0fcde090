// Whether the history is whole, computed here; what happened to people, policies and keys; and all of
// a history as a file.

import {
  Alert,
  Anchor,
  Button,
  Group,
  Progress,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, itemsOf, must } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Head, Json, Listing, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { Trouble } from "../../ui/trouble";
import type { Event } from "../workflows/timeline";
import { type Entry, type Verdict, Verifier } from "./verify";

const PAGE = 200;

async function* recordsOf(workflow: string) {
  for (let after = 0; ; ) {
    const page = await must(
      api.GET("/v1/workflows/{workflow_id}/records", {
        params: { path: { workflow_id: workflow }, query: { after, limit: PAGE } },
      }),
    );
    const entries = itemsOf<Entry>(page);
    yield entries;
    const last = entries.at(-1);
    if (!page.has_more || !last) return;
    after = last.version;
  }
}

function save(name: string, lines: string[]) {
  const url = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Check({ start }: { start: string }) {
  const say = useSay();
  const go = useNavigate();
  const { session } = useSession();
  const [id, setId] = useState(start);
  const [seen, setSeen] = useState<number | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  const run = async (act: (entries: Entry[]) => Promise<void>) => {
    setTrouble(null);
    setVerdict(null);
    setSeen(0);
    void go({ to: "/audit", replace: true, search: { workflow: id } as never });
    try {
      let count = 0;
      for await (const entries of recordsOf(id.trim())) {
        await act(entries);
        count += entries.length;
        setSeen(count);
      }
    } catch (error) {
      setTrouble(error);
      throw error;
    } finally {
      setSeen(null);
    }
  };
  const verify = async () => {
    // Whose history it is, is known here and not taken from the answer.
    const verifier = new Verifier(session?.tenant ?? "", id.trim());
    await run((entries) => verifier.take(entries));
    setVerdict(verifier.verdict());
  };
  const download = async () => {
    const lines: string[] = [];
    await run(async (entries) => {
      for (const one of entries) lines.push(`${JSON.stringify(one)}\n`);
    });
    save(`${id.trim()}.ndjson`, lines);
  };
  return (
    <Stack gap="sm" component="section" aria-label={say("audit.check")}>
      <Title order={2} size="h4">
        {say("audit.check")}
      </Title>
      <Text size="sm">{say("audit.check.detail")}</Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          verify().catch(() => {});
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label={say("audit.workflow")}
            placeholder="wf_…"
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            w={300}
            maxLength={64}
          />
          <Button type="submit" disabled={id.trim() === "" || seen !== null}>
            {say("audit.verify")}
          </Button>
          <Button
            variant="default"
            disabled={id.trim() === "" || seen !== null}
            onClick={() => void download().catch(() => {})}
          >
            {say("audit.export")}
          </Button>
        </Group>
      </form>
      {seen !== null && (
        <div role="status">
          <Progress value={100} animated aria-label={say("audit.reading", { count: seen })} />
          <Text size="sm">{say("audit.reading", { count: seen })}</Text>
        </div>
      )}
      {trouble !== null && <Trouble error={trouble} />}
      {verdict && (
        <Alert
          role="status"
          color={verdict.fault ? "red" : "green"}
          variant="light"
          title={
            verdict.fault
              ? `✗ ${say(`audit.fault.${verdict.fault}`, { at: verdict.at })}`
              : `✓ ${say("audit.whole", { count: verdict.records })}`
          }
        >
          <Text size="sm">{say(verdict.fault ? "audit.fault.detail" : "audit.whole.detail")}</Text>
          <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }} dir="ltr">
            {verdict.head}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}

const KINDS = ["person", "group", "resource", "key", "policy", "permission", "switch"] as const;

function Directory() {
  const say = useSay();
  const [kind, setKind] = useState("");
  const [words, setWords] = useState("");
  const [shown, setShown] = useState<number | null>(null);
  const [back, setBack] = useState(1);
  const query = useQuery({
    queryKey: ["directory", "events", back],
    queryFn: async () => {
      const now = await must(api.GET("/v1/directory/events", { params: { query: { limit: 1 } } }));
      const events: Event[] = [];
      let after = Math.max(0, now.version - back * PAGE);
      const first = after;
      for (let n = 0; n < back; ++n) {
        const page = await must(
          api.GET("/v1/directory/events", { params: { query: { after, limit: PAGE } } }),
        );
        events.push(...itemsOf<Event>(page));
        after = events.at(-1)?.version ?? after;
        if (!page.has_more) break;
      }
      return { events: events.reverse(), more: first > 0 };
    },
  });
  const events = (query.data?.events ?? []).filter(
    (one) =>
      (kind === "" || one.type.startsWith(`${kind}.`)) &&
      (words === "" || JSON.stringify(one).toLowerCase().includes(words.toLowerCase())),
  );
  return (
    <Stack gap="sm" component="section" aria-label={say("audit.directory")}>
      <Title order={2} size="h4">
        {say("audit.directory")}
      </Title>
      <Group gap="xs" align="end">
        <Select
          label={say("audit.kind")}
          data={KINDS.map((value) => ({ value, label: say(`audit.kind.${value}`) }))}
          value={kind || null}
          onChange={(value) => setKind(value ?? "")}
          clearable
          w={180}
          comboboxProps={{ keepMounted: false }}
        />
        <TextInput
          label={say("audit.words")}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          w={200}
        />
      </Group>
      <Listing
        label={say("audit.directory")}
        heads={[say("audit.n"), say("audit.what"), say("audit.who"), say("audit.when")]}
        empty={say("audit.nothing")}
        query={{
          isPending: query.isPending,
          isError: query.isError,
          error: query.error,
          refetch: query.refetch,
          hasNextPage: query.data?.more ?? false,
          isFetchingNextPage: query.isFetching,
          fetchNextPage: () => setBack(back + 1),
        }}
        rows={events.map((one) => ({
          key: String(one.version),
          cells: [
            one.version,
            <div key="what">
              <button
                type="button"
                className="f-pick"
                aria-expanded={shown === one.version}
                onClick={() => setShown(shown === one.version ? null : one.version)}
              >
                {one.type}
              </button>{" "}
              <bdi>
                {visible(String(one.payload.id ?? one.payload.person ?? one.payload.reason ?? ""))}
              </bdi>
              {shown === one.version && <Json label={say("audit.record")} value={one.payload} />}
            </div>,
            <bdi key="who">
              {visible(one.actor.id ?? "")} · {one.door}
            </bdi>,
            <Ago key="when" time={one.at} />,
          ],
        }))}
      />
    </Stack>
  );
}

export default function AuditPage() {
  const say = useSay();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const asked = typeof search.workflow === "string" ? search.workflow : "";
  return (
    <Stack gap="xl">
      <Head title={say("audit.title")} />
      <Check start={asked} />
      <Text size="sm">
        <Anchor component={Link} to="/workflows">
          {say("audit.find")}
        </Anchor>
      </Text>
      <Directory />
    </Stack>
  );
}
