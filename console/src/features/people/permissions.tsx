import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Json, Listing, usePages, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { PeopleHead } from "./nav";

type Permission = Schemas["Permission"];

export default function PermissionsPage() {
  const say = useSay();
  const queries = useQueryClient();
  const { session } = useSession();
  const [revoking, setRevoking] = useState<Permission | null>(null);
  const [reason, setReason] = useState("");
  const { items, query } = usePages<Permission>(["permissions"], (cursor) =>
    must(
      api.GET("/v1/permissions", {
        params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  );
  return (
    <Stack gap="md">
      <PeopleHead />
      <Text size="sm" c="dimmed">
        {say("people.permission.detail")}
      </Text>
      <Listing
        label={say("people.page.permissions")}
        heads={[
          say("people.permission.what"),
          say("people.permission.who"),
          say("people.permission.used"),
          say("people.key.until"),
          say("people.key.state"),
          say("people.do"),
        ]}
        query={query}
        empty={say("people.permission.none")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <div key="what">
              <bdi>{visible(one.tool)}</bdi>
              <Text size="xs" c="dimmed">
                <bdi>{visible(one.agent)}</bdi> · <bdi>{visible(one.reason)}</bdi>
              </Text>
              <Json label={say("people.permission.when")} value={one.when} />
            </div>,
            one.people.join(", "),
            <div key="used">
              {say("people.permission.of", { used: one.used, most: one.calls })}
              {one.sum && (
                <Text size="xs">
                  {one.sum.of}: {one.sum.used} / {one.sum.most}
                </Text>
              )}
            </div>,
            <Ago key="until" time={one.until} />,
            say(`people.permission.${one.status}`),
            one.status === "standing" && session?.kind !== "readonly" ? (
              <Button key="do" size="compact-xs" variant="default" onClick={() => setRevoking(one)}>
                {say("people.permission.revoke")}
              </Button>
            ) : (
              ""
            ),
          ],
        }))}
      />
      {revoking && (
        <Ask
          title={say("people.permission.revoke")}
          verb={say("people.permission.revoke")}
          danger
          onClose={() => setRevoking(null)}
          act={async () => {
            await must(
              api.POST("/v1/permissions/{permission_id}/revoke", {
                params: {
                  path: { permission_id: revoking.id },
                  header: { "Idempotency-Key": newKey() },
                },
                body: reason ? { reason } : {},
              }),
            );
            await queries.invalidateQueries({ queryKey: ["permissions"] });
          }}
        >
          <Text size="sm">{say("people.permission.revoke.detail")}</Text>
          <TextInput
            label={say("board.reason")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Ask>
      )}
    </Stack>
  );
}
