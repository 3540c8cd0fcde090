// One run: where its time went, what happened, and what each call was given and gave.

import { Anchor, Button, Group, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { serverNow, useNow } from "../../api/clock";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Head, Json, Loading, visible } from "../../ui/board";
import { whatHappened } from "../../ui/event-texts";
import { State } from "../../ui/state";
import { Ago, useExact } from "../../ui/time";
import { Trouble } from "../../ui/trouble";
import { Cancel, Fork, RollBack } from "./acts";
import { MOST_EVENTS, useCall, useEvents, useWorkflow, type Workflow } from "./data";
import { Lanes } from "./lanes";
import { durationOf, type Event, timelineOf } from "./timeline";

const SHOWN = 300;
const ENDED = ["completed", "failed", "cancelled"];

function aboutOf(event: Event): string {
  const { payload } = event;
  const question = payload.question as { action?: unknown } | undefined;
  for (const one of [
    payload.tool,
    question?.action,
    payload.name,
    payload.person,
    payload.worker,
    payload.reason,
  ])
    if (typeof one === "string" && one) return visible(one);
  return "";
}

function EventList(props: { events: Event[]; picked: number; onPick(version: number): void }) {
  const { events, picked, onPick } = props;
  const say = useSay();
  const exact = useExact();
  const [most, setMost] = useState(SHOWN);
  const shown = events.slice(-most).reverse();
  return (
    <Stack gap={4}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
      <div className="f-scroll" tabIndex={0} role="group" aria-label={say("workflows.events")}>
        <table className="f-events" aria-label={say("workflows.events")}>
          <thead>
            <tr>
              <th scope="col">{say("workflows.event.n")}</th>
              <th scope="col">{say("workflows.event.what")}</th>
              <th scope="col">{say("workflows.event.who")}</th>
              <th scope="col">{say("workflows.event.when")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((event) => (
              <tr key={event.version}>
                <td>{event.version}</td>
                <td>
                  <button
                    type="button"
                    className="f-pick"
                    aria-pressed={picked === event.version}
                    title={event.type}
                    onClick={() => onPick(event.version)}
                  >
                    {whatHappened(say, event.type)}
                  </button>{" "}
                  <bdi>{aboutOf(event)}</bdi>
                </td>
                <td>
                  <bdi>{visible(event.actor.id ?? "")}</bdi>
                  {event.door ? ` · ${event.door}` : ""}
                </td>
                <td>
                  <time dateTime={event.at} title={exact(event.at)}>
                    <Ago time={event.at} />
                  </time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {events.length > most && (
        <Button size="compact-sm" variant="default" onClick={() => setMost(most + SHOWN)}>
          {say("board.next")}
        </Button>
      )}
    </Stack>
  );
}

function Beside({ workflow, event }: { workflow: string; event: Event }) {
  const say = useSay();
  const call = typeof event.payload.call === "string" ? event.payload.call : "";
  const approval = typeof event.payload.approval === "string" ? event.payload.approval : "";
  const query = useCall(workflow, call);
  const it = query.data;
  return (
    <Stack gap="xs" component="section" aria-label={say("workflows.event")}>
      <Text fw={600}>
        {event.version} · {whatHappened(say, event.type)}
      </Text>
      <Text size="xs" c="dimmed" ff="monospace">
        {event.type}
      </Text>
      {approval && (
        <Link to={`/approvals/${approval}` as never}>{say("workflows.toApproval")}</Link>
      )}
      {call && query.isError && <Trouble error={query.error} />}
      {it && (
        <>
          <Text size="sm">
            <bdi>{visible(it.effective_tool ?? it.tool)}</bdi> · {say(`workflows.call.${it.state}`)}{" "}
            · {it.closed_at ? durationOf(Date.parse(it.closed_at) - Date.parse(it.opened_at)) : "…"}
          </Text>
          <Json label={say("workflows.given")} value={it.effective_arguments ?? it.arguments} />
          {it.error ? (
            <Json label={say("workflows.failedWith")} value={it.error} />
          ) : it.denial ? (
            <Json label={say("workflows.refusedWith")} value={it.denial} />
          ) : (
            it.closed_at && <Json label={say("workflows.gave")} value={it.result} />
          )}
        </>
      )}
      <Json label={say("workflows.record")} value={event.payload} />
      {event.trace_id && (
        <Text size="xs" c="dimmed">
          {say("workflows.trace")} <code>{event.trace_id}</code>
        </Text>
      )}
    </Stack>
  );
}

function Summary({ workflow }: { workflow: Workflow }) {
  const say = useSay();
  return (
    <Stack gap={4}>
      <Group gap="sm">
        <State of={workflow.status} />
        <Text size="sm" c="dimmed">
          <bdi>{workflow.agent}</bdi> · <Ago time={workflow.created_at} /> ·{" "}
          {say("workflows.calls.n", { count: workflow.calls.total })}
        </Text>
        {workflow.effects === "recorded" && <Text size="sm">{say("workflows.dry")}</Text>}
        {workflow.forked_from && (
          <Link to={`/workflows/${workflow.forked_from.workflow}` as never}>
            {say("workflows.forkedFrom")}
          </Link>
        )}
      </Group>
      {workflow.pending_approvals.map((one) => (
        <Text size="sm" key={one}>
          <Link to={`/approvals/${one}` as never}>{say("workflows.waitsFor")}</Link>
        </Text>
      ))}
    </Stack>
  );
}

export default function WorkflowPage() {
  const say = useSay();
  const go = useNavigate();
  const { workflowId } = useParams({ strict: false }) as { workflowId: string };
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const { session } = useSession();
  const [doing, setDoing] = useState<"cancel" | "rollback" | "fork" | null>(null);
  const [type, setType] = useState("");
  const [words, setWords] = useState("");
  const [tail, setTail] = useState(false);
  const workflow = useWorkflow(workflowId);
  const events = useEvents(workflowId);
  const now = useNow();
  const all = events.data ?? [];
  const ended = workflow.data ? ENDED.includes(workflow.data.status) : true;
  const moment = ended ? 0 : Math.floor(now / 5000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is open grows with the moment.
  const line = useMemo(
    () => timelineOf(all, workflow.data?.agent ?? "", serverNow()),
    [events.data, workflow.data?.agent, moment],
  );
  const picked = Number(search.event) || 0;
  const pick = (version: number) =>
    void go({
      to: `/workflows/${workflowId}` as never,
      replace: true,
      search: ((before: Record<string, unknown>) => ({ ...before, event: version })) as never,
    });
  const last = all.at(-1)?.version ?? 0;
  const told = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the last event while it is on.
  useEffect(() => {
    if (tail && last > told.current) pick(last);
    told.current = last;
  }, [tail, last]);
  if (workflow.isError)
    return <Trouble error={workflow.error} again={() => void workflow.refetch()} />;
  if (!workflow.data) return <Loading />;
  const it = workflow.data;
  const types = [...new Set(all.map((one) => one.type))].sort();
  const matching = all.filter(
    (one) =>
      (type === "" || one.type === type) &&
      (words === "" ||
        `${whatHappened(say, one.type)} ${JSON.stringify(one)}`
          .toLowerCase()
          .includes(words.toLowerCase())),
  );
  const chosen = all.find((one) => one.version === picked);
  const mayAct = session?.kind === "person" || session?.kind === "admin";
  return (
    <Stack gap="md">
      <Head title={visible(it.name || it.agent)}>
        {mayAct && !ended && (
          <>
            <Button size="compact-sm" variant="default" onClick={() => setDoing("rollback")}>
              {say("workflows.rollback")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              c="var(--fermata-bad)"
              onClick={() => setDoing("cancel")}
            >
              {say("workflows.cancel")}
            </Button>
          </>
        )}
        {mayAct && (
          <Button size="compact-sm" variant="default" onClick={() => setDoing("fork")}>
            {say("workflows.fork")}
          </Button>
        )}
      </Head>
      <Summary workflow={it} />
      {events.isError && <Trouble error={events.error} again={() => void events.refetch()} />}
      {line.lanes.length > 0 && <Lanes line={line} picked={picked} onPick={pick} />}
      {all.length >= MOST_EVENTS && (
        <Text size="sm">{say("workflows.tooMany", { count: MOST_EVENTS })}</Text>
      )}
      <Group gap="xs" align="end">
        <Select
          label={say("workflows.filter.type")}
          data={types.map((value) => ({ value, label: whatHappened(say, value) }))}
          value={type || null}
          onChange={(value) => setType(value ?? "")}
          clearable
          searchable
          w={200}
          comboboxProps={{ keepMounted: false }}
        />
        <TextInput
          label={say("workflows.filter.words")}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          w={200}
        />
        {!ended && (
          <Switch
            label={say("workflows.tail")}
            checked={tail}
            onChange={(event) => setTail(event.currentTarget.checked)}
            pb={8}
          />
        )}
      </Group>
      <div className="f-beside">
        <EventList events={matching} picked={picked} onPick={pick} />
        {chosen ? (
          <Beside workflow={workflowId} event={chosen} />
        ) : (
          <Stack gap="xs">
            <Json label={say("workflows.input")} value={it.input} />
            {it.error ? (
              <Json label={say("workflows.failedWith")} value={it.error} />
            ) : (
              ended && <Json label={say("workflows.result")} value={it.result} />
            )}
            <Text size="sm">
              {say("workflows.checkIt")}{" "}
              <Anchor component={Link} to={`/audit?workflow=${workflowId}`}>
                {say("workflows.toAudit")}
              </Anchor>
            </Text>
          </Stack>
        )}
      </div>
      {doing === "cancel" && <Cancel workflow={it} onClose={() => setDoing(null)} />}
      {doing === "rollback" && <RollBack workflow={it} onClose={() => setDoing(null)} />}
      {doing === "fork" && <Fork workflow={it} onClose={() => setDoing(null)} />}
    </Stack>
  );
}
