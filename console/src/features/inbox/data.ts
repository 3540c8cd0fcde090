// What waits, of whom, and how it is sorted.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type Approval, api, itemsOf, must } from "../../api/client";
import { useSession } from "../../api/session";
import { type Urgency, urgency } from "../../ui/time";
import { isHighRisk } from "../request/risk";
import { sentenceText } from "../request/sentence";

export type Whose = "me" | "groups" | "all";

// As much of a request as a row shows: thousands are kept.
export interface Row {
  id: string;
  sentence: string;
  parts: { text: string; kind: string }[];
  agent: string;
  kind: Approval["kind"];
  action: string;
  deadline: string | null;
  frozen: boolean;
  createdAt: string;
  needed: { name: string; given: number; approve: number }[];
  equal: number;
  risk: boolean;
  hash: string;
  hasForm: boolean;
  claimedBy: string | null;
  decidedBy: string[];
  mine: boolean;
}

const PAGE = 200;
const MOST_PAGES = 60;
const PAUSE_MS = 60; // Between two pages: whoever reads the first is not to wait for the others.

export function rowOf(one: Approval, mine: boolean): Row {
  return {
    id: one.id,
    sentence: sentenceText(one),
    parts: one.view?.sentence ?? [{ text: sentenceText(one), kind: "text" }],
    agent: one.agent ?? one.requester.id,
    kind: one.kind,
    action: one.action,
    deadline: one.deadline,
    frozen: one.frozen_by !== null,
    createdAt: one.created_at,
    needed: one.needed.map(({ name, given, approve }) => ({ name, given, approve })),
    equal: one.equal_open ?? 0,
    risk: isHighRisk(one),
    hash: one.hash,
    hasForm: one.kind === "question" || one.kind === "in_doubt",
    claimedBy: one.claim?.person ?? null,
    decidedBy: one.decisions.filter((d) => d.counts).map((d) => d.person),
    mine,
  };
}

// Pages come one after the other, so that the first is there at once.
export function useRows(all: boolean) {
  const query = useInfiniteQuery({
    queryKey: ["approvals", "pending", all ? "all" : "mine"],
    queryFn: async ({ pageParam }) => {
      const page = await must(
        api.GET("/v1/approvals", {
          params: {
            query: {
              status: "pending",
              fold: true,
              limit: PAGE,
              ...(all ? {} : { mine: true }),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      );
      return {
        rows: itemsOf<Approval>(page).map((one) => rowOf(one, !all)),
        next: page.has_more ? page.next_cursor : null,
      };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    maxPages: MOST_PAGES,
  });
  const { hasNextPage, isFetching, fetchNextPage, data } = query;
  const loaded = data?.pages.length ?? 0;
  useEffect(() => {
    if (!hasNextPage || isFetching || loaded >= MOST_PAGES) return;
    const next = setTimeout(() => void fetchNextPage(), PAUSE_MS);
    return () => clearTimeout(next);
  }, [hasNextPage, isFetching, fetchNextPage, loaded]);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  return { rows, query, complete: !hasNextPage };
}

export interface Filter {
  whose: Whose;
  words: string;
  agent: string;
  kind: string;
}

const KINDS = ["call", "question", "in_doubt", "policy"];

export function filterFrom(search: Record<string, unknown>): Filter {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const whose = text("whose");
  const kind = text("kind");
  return {
    whose: whose === "all" || whose === "groups" ? whose : "me",
    words: text("q"),
    agent: text("agent"),
    kind: KINDS.includes(kind) ? kind : "",
  };
}

// Mine is what I can still decide and nobody else has taken on.
export function isFor(row: Row, filter: Filter, me: string): boolean {
  if (filter.whose === "me" && row.decidedBy.includes(me)) return false;
  if (filter.whose === "me" && row.claimedBy !== null && row.claimedBy !== me) return false;
  if (filter.agent && row.agent !== filter.agent) return false;
  if (filter.kind && row.kind !== filter.kind) return false;
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${row.sentence} ${row.id} ${row.agent} ${row.action}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const BY_URGENCY: Urgency[] = ["now", "soon", "today", "later", "never"];

export interface Grouped {
  urgency: Urgency;
  rows: Row[];
}

// By what is left, the oldest first where nothing ends.
export function grouped(rows: Row[], now: number): Grouped[] {
  const end = (row: Row) => (row.deadline ? Date.parse(row.deadline) : Number.POSITIVE_INFINITY);
  const sorted = [...rows].sort((a, b) => {
    const byEnd = end(a) === end(b) ? 0 : end(a) - end(b);
    return byEnd || Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1);
  });
  return BY_URGENCY.map((one) => ({
    urgency: one,
    rows: sorted.filter((row) => urgency(row.deadline, now) === one),
  })).filter((group) => group.rows.length > 0);
}

export function useWaiting(): number {
  const { session } = useSession();
  const { rows } = useRows(session?.kind !== "person");
  const me = session?.id ?? "";
  return useMemo(() => rows.filter((row) => isFor(row, filterFrom({}), me)).length, [rows, me]);
}
