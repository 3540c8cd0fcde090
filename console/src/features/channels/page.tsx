// Ways to reach people outside of the console: how each is doing, and who was told what.

import { Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Head, Listing, Note, usePages, visible } from "../../ui/board";
import { Ago } from "../../ui/time";

type Channel = Schemas["Channel"];
type Message = Schemas["Message"];
type Status = Message["status"];

const EVERY_MS = 5000;
const STATUSES: Status[] = ["due", "given_up", "current"];

function useChannels() {
  const query = useQuery({
    queryKey: ["channels"],
    queryFn: () => must(api.GET("/v1/channels")),
    refetchInterval: EVERY_MS,
  });
  return {
    items: (query.data?.items ?? []) as Channel[],
    query: {
      isPending: query.isPending,
      isError: query.isError,
      error: query.error,
      refetch: query.refetch,
      hasNextPage: false,
      isFetchingNextPage: false,
      fetchNextPage: () => undefined,
    },
  };
}

function Test({ channel, onClose }: { channel: Channel; onClose(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [person, setPerson] = useState("");
  const [told, setTold] = useState<{ delivered: boolean; error: string | null } | null>(null);
  if (told)
    return (
      <Ask
        title={say("channels.test")}
        verb={say("board.close")}
        onClose={onClose}
        act={async () => undefined}
      >
        <Text role="status">
          {told.delivered
            ? say("channels.test.arrived")
            : say("channels.test.failed", { why: visible(told.error ?? "") })}
        </Text>
      </Ask>
    );
  return (
    <Ask
      title={say("channels.test")}
      verb={say("channels.test.do")}
      onClose={() => undefined}
      act={async () => {
        setTold(
          await must(
            api.POST("/v1/channels/{channel_name}/test", {
              params: {
                path: { channel_name: channel.name },
                header: { "Idempotency-Key": newKey() },
              },
              body: person.trim() ? { person: person.trim() } : {},
            }),
          ),
        );
        await queries.invalidateQueries({ queryKey: ["channels"] });
      }}
    >
      <Text size="sm">{say("channels.test.detail", { channel: channel.name })}</Text>
      {channel.kind !== "webhook" && (
        <TextInput
          label={say("channels.test.person")}
          description={say("channels.test.room")}
          value={person}
          onChange={(event) => setPerson(event.currentTarget.value)}
        />
      )}
      <Group justify="flex-end">
        <Button variant="subtle" size="compact-sm" onClick={onClose}>
          {say("board.close")}
        </Button>
      </Group>
    </Ask>
  );
}

function State({ channel }: { channel: Channel }) {
  const say = useSay();
  return channel.status === "open" ? (
    <span>{say("channels.open")}</span>
  ) : (
    <Text span size="sm" c="var(--fermata-bad)">
      {say("channels.paused")}
    </Text>
  );
}

function All({ mayAct }: { mayAct: boolean }) {
  const say = useSay();
  const { items, query } = useChannels();
  const [testing, setTesting] = useState<Channel | null>(null);
  if (!query.isPending && !query.isError && items.length === 0)
    return (
      <Stack gap="xs">
        <Note>{say("channels.none")}</Note>
        <Text size="sm" c="dimmed">
          {say("channels.meanwhile")}
        </Text>
      </Stack>
    );
  return (
    <>
      <Listing
        label={say("channels.title")}
        heads={[
          say("channels.name"),
          say("channels.state"),
          say("channels.delivered"),
          say("channels.failed"),
          say("channels.error"),
          ...(mayAct ? [say("channels.do")] : []),
        ]}
        query={query}
        empty={say("channels.none")}
        rows={items.map((one) => ({
          key: one.name,
          cells: [
            <span key="name">
              {one.name}{" "}
              <Text span size="xs" c="dimmed">
                {one.kind}
              </Text>
            </span>,
            <Group key="state" gap={6}>
              <State channel={one} />
              {one.waiting + one.busy > 0 && (
                <Text span size="xs">
                  {say("channels.waiting", { count: one.waiting + one.busy })}
                </Text>
              )}
            </Group>,
            <span key="delivered">
              {one.delivered}
              {one.delivered_at && (
                <>
                  {" · "}
                  <Ago time={one.delivered_at} />
                </>
              )}
            </span>,
            <span key="failed">
              {one.failed}
              {one.given_up > 0 && ` (${say("channels.givenUp", { count: one.given_up })})`}
            </span>,
            <bdi key="error">{one.error ? visible(one.error) : "–"}</bdi>,
            ...(mayAct
              ? [
                  <Button
                    key="do"
                    size="compact-xs"
                    variant="default"
                    onClick={() => setTesting(one)}
                  >
                    {say("channels.test")}
                  </Button>,
                ]
              : []),
          ],
        }))}
      />
      {testing && <Test channel={testing} onClose={() => setTesting(null)} />}
    </>
  );
}

function pageOf(subject: string): string {
  return subject.startsWith("wf_") ? `/workflows/${subject}` : `/approvals/${subject}`;
}

function Messages({ mayAct }: { mayAct: boolean }) {
  const say = useSay();
  const queries = useQueryClient();
  const [status, setStatus] = useState<Status | "">("");
  const [resending, setResending] = useState<Message | null>(null);
  const { items, query } = usePages<Message>(["messages", status], (cursor) =>
    must(
      api.GET("/v1/messages", {
        params: {
          query: { limit: 50, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) },
        },
      }),
    ),
  );
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {say("channels.messages")}
        </Title>
        <Select
          aria-label={say("channels.state")}
          size="xs"
          allowDeselect={false}
          value={status}
          data={[
            { value: "", label: say("channels.all") },
            ...STATUSES.map((one) => ({ value: one, label: say(`channels.is.${one}`) })),
          ]}
          onChange={(value) => setStatus((value ?? "") as Status | "")}
        />
      </Group>
      <Listing
        label={say("channels.messages")}
        heads={[
          say("channels.about"),
          say("channels.whom"),
          say("channels.state"),
          say("channels.when"),
          say("channels.error"),
          ...(mayAct ? [say("channels.do")] : []),
        ]}
        query={query}
        empty={say("channels.noMessages")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <Link key="about" to={pageOf(one.subject) as never}>
              {one.subject}
            </Link>,
            <bdi key="whom">{visible(`${one.target} · ${one.channel}`)}</bdi>,
            <span key="state">
              {say(`channels.is.${one.status}`)}
              {one.attempts > 0 && ` (${say("channels.attempts", { count: one.attempts })})`}
            </span>,
            <Ago key="when" time={one.at} />,
            <bdi key="error">{one.error ? visible(one.error) : "–"}</bdi>,
            ...(mayAct
              ? [
                  one.status === "due" ? (
                    "–"
                  ) : (
                    <Button
                      key="do"
                      size="compact-xs"
                      variant="default"
                      onClick={() => setResending(one)}
                    >
                      {say("channels.resend")}
                    </Button>
                  ),
                ]
              : []),
          ],
        }))}
      />
      {resending && (
        <Ask
          title={say("channels.resend")}
          verb={say("channels.resend")}
          onClose={() => setResending(null)}
          act={async () => {
            await must(
              api.POST("/v1/messages/resend", {
                params: { header: { "Idempotency-Key": newKey() } },
                body: { id: resending.id },
              }),
            );
            await queries.invalidateQueries({ queryKey: ["messages"] });
          }}
        >
          <Text size="sm">{say("channels.resend.detail")}</Text>
        </Ask>
      )}
    </Stack>
  );
}

export default function ChannelsPage() {
  const say = useSay();
  const { session } = useSession();
  const mayAct = session?.kind === "admin";
  return (
    <Stack gap="lg">
      <Head title={say("channels.title")} />
      <All mayAct={mayAct} />
      <Messages mayAct={mayAct} />
    </Stack>
  );
}
