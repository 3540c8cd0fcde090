import type { Workflow } from "../workflows/data";

export interface Agent {
  name: string;
  running: number;
  waiting: number;
  done: number;
  failed: number;
  last: string;
}

// By name; `last` is when the newest of its workflows began.
export function agentsOf(workflows: Pick<Workflow, "agent" | "status" | "created_at">[]): Agent[] {
  const all = new Map<string, Agent>();
  for (const { agent, status, created_at } of workflows) {
    const one = all.get(agent) ?? {
      name: agent,
      running: 0,
      waiting: 0,
      done: 0,
      failed: 0,
      last: created_at,
    };
    if (status === "running" || status === "ready") one.running += 1;
    else if (status === "waiting") one.waiting += 1;
    else if (status === "failed") one.failed += 1;
    else one.done += 1;
    if (Date.parse(created_at) > Date.parse(one.last)) one.last = created_at;
    all.set(agent, one);
  }
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
}
