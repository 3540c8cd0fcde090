// What changes on the server reaches every tab by one stream: browsers allow few connections to one
// origin. The tab that holds the lock reads the stream and tells the others.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

export interface Change {
  type: "approval" | "workflow" | "directory" | "reset";
  id: string;
}
export type LiveState = "live" | "waiting";

const CHANNEL = "fermata-changes";
const LOOK_AGAIN_MS = 5000;

function changeOf(type: Change["type"], data: string): Change {
  let id = "";
  try {
    const told = JSON.parse(data) as { approval_id?: string; workflow_id?: string };
    id = told.approval_id ?? told.workflow_id ?? "";
  } catch {
    // Without a body it is about all.
  }
  return { type, id };
}

export function apply(queries: QueryClient, change: Change): void {
  const stale = (queryKey: unknown[]) => void queries.invalidateQueries({ queryKey });
  if (change.type === "reset") {
    void queries.invalidateQueries({ predicate: (one) => one.queryKey[0] !== "session" });
  } else if (change.type === "approval") {
    stale(["approval", change.id]);
    stale(["approvals"]);
  } else if (change.type === "workflow") {
    stale(["workflow", change.id]);
    stale(["workflows"]);
  } else {
    for (const one of [
      "directory",
      "policies",
      "permissions",
      "freezes",
      "people",
      "groups",
      "keys",
    ])
      stale([one]);
    stale(["approvals"]);
  }
}

// Several changes within a moment are looked at once.
function gathering(act: (changes: Change[]) => void): (change: Change) => void {
  const gathered = new Map<string, Change>();
  return (change) => {
    gathered.set(`${change.type}/${change.id}`, change);
    if (gathered.size > 1) return;
    setTimeout(() => {
      const all = [...gathered.values()];
      gathered.clear();
      act(all);
    }, 120);
  };
}

function listen(tell: (change: Change) => void, state: (now: LiveState) => void): () => void {
  const source = new EventSource("/v1/stream", { withCredentials: true });
  for (const type of ["approval", "workflow", "directory", "reset"] as const)
    source.addEventListener(type, (event) => tell(changeOf(type, (event as MessageEvent).data)));
  source.onopen = () => state("live");
  source.onerror = () => state("waiting");
  return () => source.close();
}

export function useLive(on: boolean): LiveState {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>("waiting");
  useEffect(() => {
    if (!on) return;
    const channel = new BroadcastChannel(CHANNEL);
    const take = gathering((changes) => {
      for (const change of changes) apply(queries, change);
    });
    const told = (now: LiveState) => {
      setState(now);
      channel.postMessage({ state: now });
    };
    channel.onmessage = ({ data }: MessageEvent<{ change?: Change; state?: LiveState }>) => {
      if (data.change) take(data.change);
      if (data.state) setState(data.state);
    };
    let close = () => {};
    const end = new AbortController();
    const lead = () =>
      new Promise<void>((resolve) => {
        const stop = listen((change) => {
          take(change);
          channel.postMessage({ change });
        }, told);
        close = () => {
          stop();
          resolve();
        };
      });
    void navigator.locks?.request(CHANNEL, { signal: end.signal }, lead).catch(() => {});
    if (!navigator.locks) void lead();
    return () => {
      end.abort();
      close();
      channel.close();
    };
  }, [on, queries]);
  // Without a stream it is looked at from time to time.
  useEffect(() => {
    if (!on || state === "live") return;
    const looking = setInterval(() => apply(queries, { type: "reset", id: "" }), LOOK_AGAIN_MS);
    return () => clearInterval(looking);
  }, [on, state, queries]);
  return state;
}
