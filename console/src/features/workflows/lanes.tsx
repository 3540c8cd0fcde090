// The timeline, drawn: a lane for each branch of the agent and for the people it asked.

import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useIntl } from "react-intl";
import { useSay } from "../../texts";
import { visible } from "../../ui/board";
import { useExact } from "../../ui/time";
import { durationOf, type Lane, type Mark, type Span, scaleOf, type Timeline } from "./timeline";

const SIGNS: Record<Mark["kind"], string> = {
  checkpoint: "⚑",
  rollback: "↶",
  decision: "✓",
  end: "■",
  other: "•",
};

interface Picking {
  picked: number;
  onPick(version: number): void;
}

function SpanBar({
  span,
  place,
  picked,
  onPick,
}: { span: Span; place(at: number): number } & Picking) {
  const say = useSay();
  const exact = useExact();
  const long = durationOf(span.to - span.from);
  const words = say(`workflows.span.${span.kind}`, { what: visible(span.label) });
  const state = span.open
    ? say("workflows.span.open")
    : span.bad
      ? say("workflows.span.bad")
      : say("workflows.span.done");
  return (
    <button
      type="button"
      className="f-span"
      data-kind={span.kind}
      data-bad={span.bad}
      data-open={span.open}
      aria-pressed={picked === span.version}
      aria-label={`${words}, ${long}, ${state}`}
      title={`${words} · ${long} · ${state} · ${exact(new Date(span.from).toISOString())}`}
      style={{
        insetInlineStart: `${place(span.from)}%`,
        width: `${Math.max(0, place(span.to) - place(span.from))}%`,
      }}
      onClick={() => onPick(span.version)}
    >
      {span.kind === "run" ? "" : ` ${visible(span.label)} ${long}`}
    </button>
  );
}

function LaneRow({
  lane,
  place,
  picked,
  onPick,
}: { lane: Lane; place(at: number): number } & Picking) {
  const say = useSay();
  const name =
    lane.kind === "people" ? say("workflows.lane.people") : visible(lane.label || lane.kind);
  return (
    <div className="f-lane" role="group" aria-label={`${name} ${lane.branch}`}>
      <div>
        <bdi className="f-clip">{name}</bdi>
        <Text size="xs" c="dimmed">
          {lane.parent === null
            ? say("workflows.lane.branch", { n: lane.branch })
            : say("workflows.lane.from", { n: lane.branch, from: lane.parent })}
        </Text>
      </div>
      <div className="f-track" dir="ltr">
        {lane.spans.map((span) => (
          <SpanBar
            key={`${span.kind}${span.version}`}
            span={span}
            place={place}
            picked={picked}
            onPick={onPick}
          />
        ))}
        {lane.marks.map((mark) => {
          const words = say(`workflows.mark.${mark.kind}`, { what: visible(mark.label) });
          return (
            <button
              key={mark.version}
              type="button"
              className="f-mark"
              aria-pressed={picked === mark.version}
              aria-label={words}
              title={words}
              style={{ insetInlineStart: `${place(mark.at)}%` }}
              onClick={() => onPick(mark.version)}
            >
              <span aria-hidden="true">{SIGNS[mark.kind]}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}

export function Lanes({ line, picked, onPick }: { line: Timeline } & Picking) {
  const say = useSay();
  const intl = useIntl();
  const [straight, setStraight] = useState("folded");
  const place = scaleOf(line, straight === "straight");
  const when = (at: number) =>
    intl.formatDate(at, { dateStyle: "medium", timeStyle: "medium", numberingSystem: "latn" });
  return (
    <Stack gap={6} component="section" aria-label={say("workflows.timeline")}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {when(line.from)} – {when(line.to)} · {durationOf(line.to - line.from)}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={say("workflows.scale")}
          value={straight}
          onChange={setStraight}
          data={["folded", "straight"].map((value) => ({
            value,
            label: say(`workflows.scale.${value}`),
          }))}
        />
      </Group>
      <div className="f-lanes">
        {line.lanes.map((lane) => (
          <LaneRow key={lane.key} lane={lane} place={place} picked={picked} onPick={onPick} />
        ))}
      </div>
    </Stack>
  );
}
