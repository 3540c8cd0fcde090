import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, itemsOf, must, newKey, type Schemas } from "../../api/client";
import type { Event } from "./timeline";

export type Workflow = Schemas["Workflow"];
export type Checkpoint = Schemas["Checkpoint"];
export const STATUSES = [
  "ready",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;
export type Status = (typeof STATUSES)[number];

export const MOST_EVENTS = 5000;
const PAGE = 200;

export function useWorkflow(id: string) {
  return useQuery({
    queryKey: ["workflow", id],
    queryFn: () =>
      must(api.GET("/v1/workflows/{workflow_id}", { params: { path: { workflow_id: id } } })),
  });
}

// What is there already is not read again: only what came after it.
export function useEvents(id: string) {
  const queries = useQueryClient();
  const queryKey = ["workflow", id, "events"];
  return useQuery({
    queryKey,
    queryFn: async () => {
      const events = [...(queries.getQueryData<Event[]>(queryKey) ?? [])];
      while (events.length < MOST_EVENTS) {
        const after = events.at(-1)?.version ?? 0;
        const page = await must(
          api.GET("/v1/workflows/{workflow_id}/events", {
            params: { path: { workflow_id: id }, query: { after, limit: PAGE } },
          }),
        );
        events.push(...itemsOf<Event>(page));
        if (!page.has_more) break;
      }
      return events;
    },
  });
}

export function useCall(id: string, call: string) {
  return useQuery({
    queryKey: ["workflow", id, "call", call],
    enabled: call !== "",
    queryFn: () =>
      must(
        api.GET("/v1/workflows/{workflow_id}/calls/{call_id}", {
          params: { path: { workflow_id: id, call_id: call } },
        }),
      ),
  });
}

export function useCheckpoints(id: string) {
  return useQuery({
    queryKey: ["workflow", id, "checkpoints"],
    queryFn: async () =>
      itemsOf<Checkpoint>(
        await must(
          api.GET("/v1/workflows/{workflow_id}/checkpoints", {
            params: { path: { workflow_id: id }, query: { limit: 200 } },
          }),
        ),
      ),
  });
}

export function usePreview(id: string, checkpoint: string) {
  return useQuery({
    queryKey: ["workflow", id, "preview", checkpoint],
    enabled: checkpoint !== "",
    queryFn: () =>
      must(
        api.POST("/v1/workflows/{workflow_id}/rollback/preview", {
          params: { path: { workflow_id: id } },
          body: { checkpoint },
        }),
      ),
  });
}

const once = () => ({ "Idempotency-Key": newKey() });

export const acts = {
  cancel: (id: string, reason: string) =>
    must(
      api.POST("/v1/workflows/{workflow_id}/cancel", {
        params: { path: { workflow_id: id }, header: once() },
        body: reason ? { reason } : {},
      }),
    ),
  rollBack: (id: string, checkpoint: string, reason: string, version: number) =>
    must(
      api.POST("/v1/workflows/{workflow_id}/rollback", {
        params: { path: { workflow_id: id }, header: once() },
        body: { checkpoint, reason, if_version: version },
      }),
    ),
  fork: (id: string, checkpoint: string, name: string, reason: string) =>
    must(
      api.POST("/v1/workflows/{workflow_id}/forks", {
        params: { path: { workflow_id: id }, header: once() },
        body: { checkpoint, ...(name ? { name } : {}), ...(reason ? { reason } : {}) },
      }),
    ),
};
