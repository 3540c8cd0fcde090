import { expect, test } from "vitest";
import { durationOf, type Event, scaleOf, timelineOf } from "./timeline";

let version = 0;
const at = (s: number, type: string, payload: Record<string, unknown> = {}): Event =>
  ({ version: ++version, type, at: new Date(s * 1000).toISOString(), payload }) as Event;

const story = () => {
  version = 0;
  return [
    at(0, "workflow.created"),
    at(1, "turn.started", { turn: 1, worker: "w" }),
    at(2, "call.opened", { call: "c1", tool: "refund" }),
    at(2, "approval.requested", { approval: "a1", call: "c1", question: { action: "refund" } }),
    at(3, "turn.ended", { turn: 1 }),
    at(1000, "approval.decided", { approval: "a1", person: "ben" }),
    at(1000, "approval.closed", { approval: "a1", status: "approved" }),
    at(1001, "call.closed", { call: "c1", result: 1 }),
  ];
};

test("waiting for people is a span of its own, from the question to its end", () => {
  const line = timelineOf(story(), "bot", 2_000_000);
  const people = line.lanes.find((lane) => lane.kind === "people");
  expect(people?.spans).toMatchObject([
    { kind: "waiting", from: 2000, to: 1_000_000, open: false, bad: false },
  ]);
  expect(people?.marks.map((one) => one.label)).toEqual(["ben"]);
});

test("what has not ended goes on until now", () => {
  const line = timelineOf(story().slice(0, 5), "bot", 50_000);
  const spans = line.lanes.flatMap((lane) => lane.spans);
  expect(spans.filter((span) => span.open).map((span) => span.to)).toEqual([50_000, 50_000]);
  expect(line.to).toBe(50_000);
});

test("a rollback begins a branch, drawn beside the one it came from", () => {
  const line = timelineOf(
    [
      ...story(),
      at(1002, "workflow.rolled_back", { epoch: 1, parent: 0, reason: "wrong" }),
      at(1003, "call.recorded", { call: "c2", tool: "model" }),
    ],
    "bot",
    2_000_000,
  );
  const second = line.lanes.find((lane) => lane.branch === 1);
  expect(second?.parent).toBe(0);
  expect(second?.spans.map((span) => span.label)).toEqual(["model"]);
});

test("a refused call is drawn as one, and so is a rejection", () => {
  version = 0;
  const line = timelineOf(
    [
      at(0, "call.opened", { call: "c", tool: "t" }),
      at(0, "approval.requested", { approval: "a" }),
      at(1, "approval.closed", { approval: "a", status: "rejected" }),
      at(1, "call.denied", { call: "c" }),
    ],
    "bot",
    0,
  );
  expect(line.lanes.flatMap((lane) => lane.spans).every((span) => span.bad)).toBe(true);
});

test("days of waiting leave room for what took a moment", () => {
  const line = timelineOf(story(), "bot", 0);
  const short = scaleOf(line, false);
  const straight = scaleOf(line, true);
  expect(straight(3000)).toBeLessThan(1);
  expect(short(3000)).toBeGreaterThan(10);
  expect([short(0), short(1_001_000)]).toEqual([0, 100]);
});

test("durations are read at a glance", () => {
  expect([40, 1500, 90_000, 3_700_000, 90_000_000].map(durationOf)).toEqual([
    "40 ms",
    "1.5 s",
    "1 min 30 s",
    "1 h 1 min",
    "1 d 1 h",
  ]);
});
