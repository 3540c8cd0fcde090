import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Approval, api, must, type Schemas } from "../../api/client";

export type Explanation = Schemas["Explanation"];

export function useRequest(id: string) {
  return useQuery({
    queryKey: ["approval", id],
    queryFn: () =>
      must(api.GET("/v1/approvals/{approval_id}", { params: { path: { approval_id: id } } })),
    refetchOnWindowFocus: true,
  });
}

export function useExplanation(id: string) {
  return useQuery({
    queryKey: ["approval", id, "explain"],
    queryFn: () =>
      must(
        api.GET("/v1/approvals/{approval_id}/explain", { params: { path: { approval_id: id } } }),
      ),
  });
}

export function useForm(id: string, hash: string, wanted: boolean) {
  return useQuery({
    queryKey: ["approval", id, "form", hash],
    enabled: wanted,
    queryFn: () =>
      must(
        api.GET("/v1/approvals/{approval_id}/form", {
          params: { path: { approval_id: id }, query: { surface: "rjsf" } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

// What the server answered is shown at once; what else depends on it is read anew.
export function useTake(id: string): (now: Approval) => void {
  const queries = useQueryClient();
  return (now) => {
    const before = queries.getQueryData<Approval>(["approval", id]);
    queries.setQueryData(["approval", id], { ...before, ...now, view: now.view ?? before?.view });
    void queries.invalidateQueries({ queryKey: ["approval", id] });
    void queries.invalidateQueries({ queryKey: ["approvals"] });
  };
}
