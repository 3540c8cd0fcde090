import { expect, it } from "vitest";
import { filterFrom, grouped, isFor, type Row } from "./data";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const inMinutes = (n: number) => new Date(NOW + n * 60_000).toISOString();

function row(id: string, more: Partial<Row> = {}): Row {
  return {
    id,
    sentence: `May a refund ${id}?`,
    parts: [],
    agent: "refunds",
    kind: "call",
    action: "refund",
    deadline: null,
    frozen: false,
    createdAt: inMinutes(-60),
    needed: [],
    equal: 0,
    risk: false,
    hash: "h",
    hasForm: false,
    claimedBy: null,
    decidedBy: [],
    mine: true,
    ...more,
  };
}

it("puts first what ends first, and among those without an end the oldest", () => {
  const rows = [
    row("open-new"),
    row("open-old", { createdAt: inMinutes(-90) }),
    row("day", { deadline: inMinutes(600) }),
    row("now", { deadline: inMinutes(5) }),
    row("soon", { deadline: inMinutes(60) }),
    row("over", { deadline: inMinutes(-1) }),
  ];
  const groups = grouped(rows, NOW);
  expect(groups.map((one) => one.urgency)).toEqual(["now", "soon", "today", "never"]);
  expect(groups.flatMap((one) => one.rows.map((each) => each.id))).toEqual([
    "over",
    "now",
    "soon",
    "day",
    "open-old",
    "open-new",
  ]);
});

it("is for me until I have decided, or somebody else is at it", () => {
  const mine = filterFrom({});
  expect(isFor(row("a"), mine, "ana")).toBe(true);
  expect(isFor(row("a", { decidedBy: ["ana"] }), mine, "ana")).toBe(false);
  expect(isFor(row("a", { claimedBy: "ben" }), mine, "ana")).toBe(false);
  expect(isFor(row("a", { claimedBy: "ana" }), mine, "ana")).toBe(true);
  expect(isFor(row("a", { claimedBy: "ben" }), filterFrom({ whose: "groups" }), "ana")).toBe(true);
});

it("finds by all words, in whatever order, and takes nothing else from the address", () => {
  const filter = filterFrom({ q: "BCD refund", kind: "nonsense", whose: "them" });
  expect(filter).toMatchObject({ whose: "me", kind: "" });
  expect(isFor(row("abcde"), filter, "ana")).toBe(true);
  expect(isFor(row("xyz"), filter, "ana")).toBe(false);
});
