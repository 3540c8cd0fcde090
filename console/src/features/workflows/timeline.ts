// A history as lanes over time: one for each agent and branch, one for the people who were asked.
// Pure: what is drawn is a function of the events.

import type { Schemas } from "../../api/client";

export type Event = Omit<Schemas["Event"], "payload"> & { payload: Record<string, unknown> };

export type SpanKind = "run" | "call" | "waiting";
export interface Span {
  kind: SpanKind;
  label: string;
  from: number;
  to: number;
  open: boolean; // It goes on.
  bad: boolean;
  version: number; // Of the event that began it.
}
export interface Mark {
  kind: "checkpoint" | "rollback" | "decision" | "end" | "other";
  label: string;
  at: number;
  version: number;
}
export interface Lane {
  key: string;
  label: string;
  kind: "agent" | "people";
  branch: number;
  parent: number | null; // Of a branch that a rollback began.
  spans: Span[];
  marks: Mark[];
}
export interface Timeline {
  from: number;
  to: number;
  lanes: Lane[];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

export function timelineOf(events: Event[], agent: string, now: number): Timeline {
  const first = events[0];
  if (!first) return { from: now, to: now, lanes: [] };
  const lanes = new Map<string, Lane>();
  const open = new Map<string, Span>();
  let branch = 0;
  const lane = (kind: Lane["kind"], of: number, parent: number | null = null): Lane => {
    const key = `${kind}${of}`;
    const known = lanes.get(key);
    if (known) return known;
    const made: Lane = { key, label: agent, kind, branch: of, parent, spans: [], marks: [] };
    lanes.set(key, made);
    return made;
  };
  const begin = (key: string, into: Lane, kind: SpanKind, label: string, event: Event) => {
    const at = Date.parse(event.at);
    const span: Span = {
      kind,
      label,
      from: at,
      to: at,
      open: true,
      bad: false,
      version: event.version,
    };
    into.spans.push(span);
    open.set(key, span);
  };
  const end = (key: string, event: Event, bad = false) => {
    const span = open.get(key);
    if (!span) return;
    span.to = Date.parse(event.at);
    span.open = false;
    span.bad = bad;
    open.delete(key);
  };
  const mark = (into: Lane, kind: Mark["kind"], label: string, event: Event) =>
    into.marks.push({ kind, label, at: Date.parse(event.at), version: event.version });
  for (const event of events) {
    const { payload, type } = event;
    const call = text(payload.call);
    const approval = text(payload.approval);
    const mine = lane("agent", branch);
    switch (type) {
      case "turn.started":
        begin(`turn${number(payload.turn)}`, mine, "run", text(payload.worker), event);
        break;
      case "turn.ended":
      case "turn.lapsed":
        end(`turn${number(payload.turn)}`, event, type === "turn.lapsed");
        break;
      case "call.opened":
        begin(call, mine, "call", text(payload.tool), event);
        break;
      case "call.recorded":
        begin(call, mine, "call", text(payload.tool), event);
        end(call, event, payload.error != null);
        break;
      case "call.closed":
        end(call, event, payload.error != null);
        break;
      case "call.denied":
        end(call, event, true);
        break;
      case "approval.requested": {
        const asked = payload.question as { action?: unknown } | undefined;
        begin(approval, lane("people", branch), "waiting", text(asked?.action), event);
        break;
      }
      case "approval.closed":
        end(approval, event, payload.status !== "approved" && payload.status !== "answered");
        break;
      case "approval.decided":
        mark(lane("people", branch), "decision", text(payload.person), event);
        break;
      case "checkpoint.created":
        mark(mine, "checkpoint", text(payload.name), event);
        break;
      case "workflow.rolled_back": {
        for (const key of [...open.keys()]) end(key, event, false);
        mark(mine, "rollback", text(payload.reason), event);
        const parent = branch;
        branch = number(payload.epoch);
        lane("agent", branch, parent);
        break;
      }
      case "workflow.completed":
      case "workflow.failed":
      case "workflow.cancelled":
        for (const key of [...open.keys()]) end(key, event, type === "workflow.failed");
        mark(mine, "end", type.slice("workflow.".length), event);
        break;
    }
  }
  const last = Date.parse((events.at(-1) as Event).at);
  const to = open.size > 0 ? Math.max(now, last) : last;
  for (const span of open.values()) span.to = to;
  return { from: Date.parse(first.at), to, lanes: [...lanes.values()] };
}

// Where a moment is drawn, in per cent. Long stretches in which nothing happens are drawn shorter
// than they were, so that what happened around them can be seen; `straight` draws them as they were.
export function scaleOf(line: Timeline, straight: boolean): (at: number) => number {
  const moments = new Set([line.from, line.to]);
  for (const lane of line.lanes) {
    for (const span of lane.spans) moments.add(span.from).add(span.to);
    for (const mark of lane.marks) moments.add(mark.at);
  }
  const sorted = [...moments].sort((a, b) => a - b);
  const length = (ms: number) => (straight ? ms : Math.log2(1 + ms / 50));
  const places = new Map<number, number>();
  let sum = 0;
  for (const [n, at] of sorted.entries()) {
    if (n > 0) sum += length(at - (sorted[n - 1] as number));
    places.set(at, sum);
  }
  return (at) => (sum === 0 ? 0 : (100 * (places.get(at) ?? 0)) / sum);
}

export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s.toFixed(1)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}
