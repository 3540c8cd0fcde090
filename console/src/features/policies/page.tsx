// Which call needs whom: the policy in force, what it says of a call, how it came to be, and how to
// propose another one.

import {
  Alert,
  Button,
  Group,
  List,
  Select,
  Stack,
  Tabs,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { readJson } from "../../api/exact";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Head, Listing, Loading, pretty, usePages, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { Trouble } from "../../ui/trouble";
import { diffOf } from "./diff";

type Version = Schemas["PolicyVersion"];

function Source({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
    <pre className="f-json" dir="ltr" tabIndex={0} role="group" aria-label={label}>
      {visible(text)}
    </pre>
  );
}

function Explain() {
  const say = useSay();
  const [tool, setTool] = useState("");
  const [text, setText] = useState("{}");
  const [agent, setAgent] = useState("");
  const [told, setTold] = useState<{ effect: string; rule: string; words: string } | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  let args: Record<string, unknown> | null = null;
  try {
    const read = readJson(text || "{}");
    if (typeof read === "object" && read !== null && !Array.isArray(read))
      args = read as Record<string, unknown>;
  } catch {
    // Said at the field.
  }
  const ask = async () => {
    if (!args) return;
    setBusy(true);
    setTrouble(null);
    try {
      const answer = await must(
        api.POST("/v1/policies/explain", {
          body: {
            tool: tool.trim(),
            arguments: args as Record<string, never>,
            ...(agent.trim() ? { agent: agent.trim() } : {}),
          },
        }),
      );
      setTold({ effect: answer.effect, rule: answer.rule, words: answer.explanation });
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <Stack gap="sm" maw={640}>
        <Text size="sm">{say("policies.explain.detail")}</Text>
        <Group gap="sm" grow>
          <TextInput
            label={say("policies.tool")}
            value={tool}
            onChange={(event) => setTool(event.currentTarget.value)}
          />
          <TextInput
            label={say("policies.agent")}
            value={agent}
            onChange={(event) => setAgent(event.currentTarget.value)}
          />
        </Group>
        <Textarea
          label={say("policies.arguments")}
          value={text}
          error={args ? null : say("policies.arguments.wrong")}
          autosize
          minRows={3}
          dir="ltr"
          ff="monospace"
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={busy} disabled={!args || tool.trim() === ""}>
            {say("policies.explain.do")}
          </Button>
        </Group>
        {trouble !== null && <Trouble error={trouble} />}
        {told && (
          <Alert
            role="status"
            variant="light"
            color={told.effect === "allow" ? "green" : told.effect === "deny" ? "red" : "yellow"}
            title={say(`policies.effect.${told.effect}`)}
          >
            <Text size="sm" className="f-text">
              <bdi>{visible(told.words)}</bdi>
            </Text>
            {told.rule && (
              <Text size="sm" c="dimmed">
                {say("policies.rule", { rule: visible(told.rule) })}
              </Text>
            )}
          </Alert>
        )}
      </Stack>
    </form>
  );
}

function useVersion(version: number) {
  return useQuery({
    queryKey: ["policies", "version", version],
    enabled: version > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      must(
        api.GET("/v1/policies/versions/{policy_version}", {
          params: { path: { policy_version: version } },
        }),
      ),
  });
}

function Difference({ left, right }: { left: number; right: number }) {
  const say = useSay();
  const before = useVersion(left);
  const after = useVersion(right);
  if (before.isError) return <Trouble error={before.error} />;
  if (after.isError) return <Trouble error={after.error} />;
  if (!before.data || !after.data) return <Loading />;
  const lines = diffOf(before.data.source, after.data.source);
  const label = say("policies.difference", { left, right });
  if (lines.every((one) => one.kind === "same"))
    return <Text size="sm">{say("policies.same")}</Text>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
    <pre className="f-json f-diff" tabIndex={0} role="group" aria-label={label}>
      {lines.map((one, n) => {
        const Tag = one.kind === "added" ? "ins" : one.kind === "removed" ? "del" : "span";
        const sign = one.kind === "added" ? "+ " : one.kind === "removed" ? "- " : "  ";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is where it is.
          <Tag key={n} style={{ display: "block" }}>
            {sign}
            {visible(one.text)}
          </Tag>
        );
      })}
    </pre>
  );
}

function Versions() {
  const say = useSay();
  const [left, setLeft] = useState(0);
  const [right, setRight] = useState(0);
  const { items, query } = usePages<Version>(["policies", "list"], (cursor) =>
    must(
      api.GET("/v1/policies", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } }),
    ),
  );
  const newest = [...items].sort((a, b) => b.version - a.version);
  const to = right || (newest[0]?.version ?? 0);
  const from = left || (newest[1]?.version ?? 0);
  const choices = newest.map((one) => ({
    value: String(one.version),
    label: say("policies.version", { n: one.version }),
  }));
  return (
    <Stack gap="md">
      <Listing
        label={say("policies.versions")}
        heads={[
          say("policies.n"),
          say("policies.by"),
          say("policies.when"),
          say("policies.agreed"),
        ]}
        query={query}
        empty={say("policies.none")}
        rows={newest.map((one) => ({
          key: String(one.version),
          cells: [
            one.version,
            one.by,
            <Ago key="at" time={one.at} />,
            one.approval ? (
              <Link key="by" to={`/approvals/${one.approval}` as never}>
                {say("policies.request")}
              </Link>
            ) : (
              say("policies.byOperator")
            ),
          ],
        }))}
      />
      {newest.length > 1 && (
        <>
          <Group gap="sm" align="end">
            <Select
              label={say("policies.from")}
              data={choices}
              value={String(from)}
              onChange={(value) => setLeft(Number(value))}
              allowDeselect={false}
              w={150}
              comboboxProps={{ keepMounted: false }}
            />
            <Select
              label={say("policies.to")}
              data={choices}
              value={String(to)}
              onChange={(value) => setRight(Number(value))}
              allowDeselect={false}
              w={150}
              comboboxProps={{ keepMounted: false }}
            />
          </Group>
          {from > 0 && to > 0 && <Difference left={from} right={to} />}
        </>
      )}
    </Stack>
  );
}

function Propose({ now }: { now: string }) {
  const say = useSay();
  const queries = useQueryClient();
  const [source, setSource] = useState(now);
  const [reason, setReason] = useState("");
  const [checked, setChecked] = useState<{ ok: boolean; words: string[] } | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState("");
  const check = async () => {
    setTrouble(null);
    try {
      const answer = await must(api.POST("/v1/policies/check", { body: { source } }));
      setChecked({
        ok: answer.ok,
        words: [
          ...answer.errors.map((one) =>
            say("policies.errorAt", { line: one.line, column: one.column, what: visible(one.msg) }),
          ),
          ...answer.warnings.map(visible),
        ],
      });
    } catch (error) {
      setTrouble(error);
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm">{say("policies.propose.detail")}</Text>
      <Textarea
        label={say("policies.source")}
        value={source}
        autosize
        minRows={12}
        maxRows={30}
        dir="ltr"
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
        onChange={(event) => {
          setSource(event.currentTarget.value);
          setChecked(null);
        }}
      />
      <TextInput
        label={say("policies.why")}
        value={reason}
        maxLength={4000}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap="sm">
        <Button variant="default" onClick={() => void check()}>
          {say("policies.check")}
        </Button>
        <Button disabled={!checked?.ok || source === now} onClick={() => setAsking(true)}>
          {say("policies.propose")}
        </Button>
      </Group>
      {trouble !== null && <Trouble error={trouble} />}
      {checked && (
        <Alert
          role="status"
          color={checked.ok ? "green" : "red"}
          variant="light"
          title={say(checked.ok ? "policies.readable" : "policies.unreadable")}
        >
          {checked.words.length > 0 && (
            <List size="sm">
              {checked.words.map((one) => (
                <List.Item key={one}>
                  <bdi>{one}</bdi>
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      {asked && (
        <Alert color="green" variant="light" role="status" title={say("policies.proposed")}>
          {asked !== "now" && (
            <Link to={`/approvals/${asked}` as never}>{say("policies.request")}</Link>
          )}
        </Alert>
      )}
      {asking && (
        <Ask
          title={say("policies.propose")}
          verb={say("policies.propose")}
          onClose={() => setAsking(false)}
          act={async () => {
            const answer: unknown = await must(
              api.POST("/v1/policies", {
                params: { header: { "Idempotency-Key": newKey() } },
                body: { source, ...(reason ? { reason } : {}) },
              }),
            );
            const id = (answer as { id?: unknown }).id;
            setAsked(typeof id === "string" ? id : "now");
            await queries.invalidateQueries({ queryKey: ["policies"] });
          }}
        >
          <Text size="sm">{say("policies.propose.sure")}</Text>
          <pre className="f-json f-diff">
            {diffOf(now, source)
              .filter((one) => one.kind !== "same")
              .map((one) => `${one.kind === "added" ? "+" : "-"} ${visible(one.text)}`)
              .join("\n")}
          </pre>
        </Ask>
      )}
    </Stack>
  );
}

export default function PoliciesPage() {
  const say = useSay();
  const { session } = useSession();
  const current = useQuery({
    queryKey: ["policies", "current"],
    queryFn: () => must(api.GET("/v1/policies/current")),
  });
  const it = current.data;
  return (
    <Stack gap="md">
      <Head title={say("policies.title")} />
      {it && (
        <Text size="sm" c="dimmed">
          {say("policies.inForce", { n: it.version })} · <Ago time={it.at} /> ·{" "}
          <bdi title={pretty(it.hash)}>{it.hash.slice(0, 12)}</bdi>
        </Text>
      )}
      <Tabs defaultValue="current" keepMounted={false}>
        <Tabs.List aria-label={say("policies.title")}>
          <Tabs.Tab value="current">{say("policies.current")}</Tabs.Tab>
          <Tabs.Tab value="explain">{say("policies.explain")}</Tabs.Tab>
          <Tabs.Tab value="versions">{say("policies.versions")}</Tabs.Tab>
          {session?.kind !== "readonly" && (
            <Tabs.Tab value="propose">{say("policies.proposal")}</Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value="current" pt="md">
          {current.isError ? (
            <Trouble error={current.error} again={() => void current.refetch()} />
          ) : it ? (
            <Source text={it.source} label={say("policies.current")} />
          ) : (
            <Loading />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="explain" pt="md">
          <Explain />
        </Tabs.Panel>
        <Tabs.Panel value="versions" pt="md">
          <Versions />
        </Tabs.Panel>
        <Tabs.Panel value="propose" pt="md">
          {it ? <Propose now={it.source} /> : <Loading />}
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
