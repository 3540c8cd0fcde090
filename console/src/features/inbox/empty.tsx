// Nothing waits; and what did today.

import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Approval, api, itemsOf, must } from "../../api/client";
import { serverNow } from "../../api/clock";
import { useSay } from "../../texts";

async function endedToday(): Promise<number> {
  const page = await must(api.GET("/v1/approvals", { params: { query: { limit: 200 } } }));
  const since = serverNow() - 24 * 3600_000;
  return itemsOf<Approval>(page).filter(
    (one) => one.closed_at !== null && Date.parse(one.closed_at) > since,
  ).length;
}

export function EmptyInbox({ filtered }: { filtered: boolean }) {
  const say = useSay();
  const ended = useQuery({ queryKey: ["approvals", "today"], queryFn: endedToday });
  if (filtered) return <Alert color="gray" title={say("inbox.none.filtered")} />;
  return (
    <Stack gap={4} align="center" py={64} ta="center">
      <Text size="lg" fw={600}>
        {say("inbox.none")}
      </Text>
      {ended.data !== undefined && (
        <Text size="sm" c="dimmed">
          {say("inbox.none.today", { count: ended.data })}
        </Text>
      )}
    </Stack>
  );
}
