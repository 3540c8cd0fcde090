// How the server does: whether it answers, what waits in it, how much it does, how long it takes.

import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useIntl } from "react-intl";
import { ApiProblem, api, must, Unreachable } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Head, Listing, Loading, Note } from "../../ui/board";
import { Trouble } from "../../ui/trouble";
import { useFreezes } from "../people/freezes";
import { figure, latenciesOf, rateOf, type Sample, samplesOf } from "./figures";

const EVERY_MS = 5000;
const KEPT = 120;

interface Reading {
  at: number;
  samples: Sample[];
}

async function read(): Promise<Reading> {
  let answer: Response;
  try {
    answer = await fetch("/metrics", { credentials: "same-origin" });
  } catch {
    throw new Unreachable("the server cannot be reached");
  }
  if (!answer.ok) throw new ApiProblem(await answer.json());
  return { at: Date.now(), samples: samplesOf(await answer.text()) };
}

// The newest at the end; drawn by the server's own figures, and by nobody else's library.
function Chart({
  label,
  values,
  unit,
}: {
  label: string;
  values: (number | null)[];
  unit: string;
}) {
  const say = useSay();
  const intl = useIntl();
  const known = values.filter((one): one is number => one !== null);
  const top = Math.max(1e-9, ...known);
  const last = known.at(-1);
  const points = values
    .map((value, n) =>
      value === null ? "" : `${(300 * n) / (KEPT - 1)},${58 - (54 * value) / top}`,
    )
    .filter((one) => one !== "")
    .join(" ");
  const number = (value: number) =>
    intl.formatNumber(value, { maximumFractionDigits: value < 10 ? 2 : 0 });
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="lg">{last === undefined ? "–" : `${number(last)} ${unit}`}</Text>
      <svg
        viewBox="0 0 300 60"
        width="100%"
        height="60"
        preserveAspectRatio="none"
        role="img"
        aria-label={say("operations.chart", {
          what: label,
          now: last === undefined ? "–" : number(last),
          most: known.length > 0 ? number(Math.max(...known)) : "–",
        })}
      >
        <line x1="0" y1="58" x2="300" y2="58" stroke="var(--fermata-line)" />
        <polyline
          points={points}
          fill="none"
          stroke="var(--fermata-you)"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  );
}

function Server() {
  const say = useSay();
  const intl = useIntl();
  const [readings, setReadings] = useState<Reading[]>([]);
  const query = useQuery({ queryKey: ["metrics"], queryFn: read, refetchInterval: EVERY_MS });
  const newest = query.data;
  useEffect(() => {
    if (newest) setReadings((before) => [...before, newest].slice(-KEPT));
  }, [newest]);
  if (query.isError) return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (!newest) return <Loading />;
  const of = (name: string) => readings.map((one) => figure(one.samples, name) ?? null);
  const rates = (name: string) =>
    readings.map((one, n) => {
      const before = readings[n - 1];
      const now = figure(one.samples, name);
      const then = before ? figure(before.samples, name) : undefined;
      if (now === undefined) return null;
      return rateOf(before && then !== undefined ? [before.at, then] : undefined, [one.at, now]);
    });
  const duration = (s: number | null) =>
    s === null
      ? "> 10 s"
      : s < 1
        ? `≤ ${intl.formatNumber(s * 1000, { maximumFractionDigits: 1 })} ms`
        : `≤ ${intl.formatNumber(s)} s`;
  return (
    <Stack gap="lg">
      <div className="f-figures">
        <Chart label={say("operations.queued")} values={of("fermata_queued_commands")} unit="" />
        <Chart
          label={say("operations.commands")}
          values={rates("fermata_commands_total")}
          unit={say("operations.perSecond")}
        />
        <Chart
          label={say("operations.refusals")}
          values={rates("fermata_refusals_total")}
          unit={say("operations.perSecond")}
        />
        <Chart
          label={say("operations.events")}
          values={rates("fermata_events_total")}
          unit={say("operations.perSecond")}
        />
        <Chart label={say("operations.waiters")} values={of("fermata_waiters")} unit="" />
        <Chart label={say("operations.streams")} values={of("fermata_live_streams")} unit="" />
        <Chart
          label={say("operations.failed")}
          values={rates("fermata_tasks_failed_total")}
          unit={say("operations.perSecond")}
        />
        <Chart
          label={say("operations.memory")}
          values={of("process_resident_memory_bytes").map((one) =>
            one === null ? null : one / 1_048_576,
          )}
          unit="MiB"
        />
      </div>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {say("operations.latencies")}
        </Title>
        <Listing
          label={say("operations.latencies")}
          heads={[
            say("operations.route"),
            say("operations.count"),
            say("operations.half"),
            "95 %",
            "99 %",
          ]}
          empty={say("operations.noRequests")}
          query={{
            isPending: false,
            isError: false,
            error: null,
            hasNextPage: false,
            isFetchingNextPage: false,
            refetch: () => {},
            fetchNextPage: () => {},
          }}
          rows={latenciesOf(newest.samples)
            .slice(0, 30)
            .map((one) => ({
              key: one.route,
              cells: [
                <bdi key="route" dir="ltr">
                  {one.route}
                </bdi>,
                intl.formatNumber(one.count),
                duration(one.p50),
                duration(one.p95),
                duration(one.p99),
              ],
            }))}
        />
      </Stack>
    </Stack>
  );
}

function Waiting() {
  const say = useSay();
  const count = async (which: "approvals" | "waiting" | "running" | "failed") => {
    const page =
      which === "approvals"
        ? await must(
            api.GET("/v1/approvals", { params: { query: { status: "pending", limit: 200 } } }),
          )
        : await must(
            api.GET("/v1/workflows", { params: { query: { status: which, limit: 200 } } }),
          );
    return `${page.items.length}${page.has_more ? "+" : ""}`;
  };
  const query = useQuery({
    queryKey: ["approvals", "operations"],
    queryFn: async () => ({
      approvals: await count("approvals"),
      waiting: await count("waiting"),
      running: await count("running"),
      failed: await count("failed"),
    }),
    refetchInterval: 3 * EVERY_MS,
  });
  const freezes = useFreezes();
  const holding = freezes.items.filter((one) => one.until === null).length;
  if (query.isError) return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (!query.data) return <Loading />;
  const rows: [string, string, string][] = [
    ["approvals", query.data.approvals, "/inbox"],
    ["waiting", query.data.waiting, "/workflows?status=waiting"],
    ["running", query.data.running, "/workflows?status=running"],
    ["failed", query.data.failed, "/workflows?status=failed"],
    ["freezes", String(holding), "/freezes"],
  ];
  return (
    <dl className="f-figures">
      {rows.map(([name, value, to]) => (
        <div key={name}>
          <dt>
            <Link to={to as never}>{say(`operations.count.${name}`)}</Link>
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export default function OperationsPage() {
  const say = useSay();
  const { session } = useSession();
  return (
    <Stack gap="lg">
      <Head title={say("operations.title")} />
      <Waiting />
      {session?.kind === "person" ? <Note>{say("operations.notYours")}</Note> : <Server />}
    </Stack>
  );
}
