// The kill switch: what it holds now and has held, and how to throw and lift it.

import { Button, Checkbox, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Listing, usePages, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { PeopleHead } from "./nav";

export type Freeze = Schemas["Freeze"];

export function useFreezes() {
  return usePages<Freeze>(["freezes"], (cursor) =>
    must(
      api.GET("/v1/freezes", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } }),
    ),
  );
}

export function Throw({ agent, onClose }: { agent?: string; onClose(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [who, setWho] = useState(agent ?? "");
  const [tool, setTool] = useState("");
  const [everything, setEverything] = useState(false);
  const [reason, setReason] = useState("");
  const named = who.trim() !== "" || tool.trim() !== "";
  return (
    <Ask
      title={say("people.freeze")}
      verb={say("people.freeze.do")}
      danger
      disabled={reason.trim() === "" || named === everything}
      onClose={onClose}
      act={async () => {
        await must(
          api.POST("/v1/freezes", {
            params: { header: { "Idempotency-Key": newKey() } },
            body: {
              reason: reason.trim(),
              ...(who.trim() ? { agent: who.trim() } : {}),
              ...(tool.trim() ? { tool: tool.trim() } : {}),
              ...(everything ? { everything } : {}),
            },
          }),
        );
        await queries.invalidateQueries({ queryKey: ["freezes"] });
      }}
    >
      <Text size="sm">{say("people.freeze.detail")}</Text>
      <TextInput
        label={say("people.freeze.agent")}
        description={say("people.freeze.every")}
        value={who}
        onChange={(event) => setWho(event.currentTarget.value)}
      />
      <TextInput
        label={say("people.freeze.tool")}
        description={say("people.freeze.every")}
        value={tool}
        onChange={(event) => setTool(event.currentTarget.value)}
      />
      <Checkbox
        label={say("people.freeze.everything")}
        checked={everything}
        disabled={named}
        onChange={(event) => setEverything(event.currentTarget.checked)}
      />
      <TextInput
        label={say("board.reason")}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Ask>
  );
}

export function Lift({ freeze, onClose }: { freeze: Freeze; onClose(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  return (
    <Ask
      title={say("people.thaw")}
      verb={say("people.thaw")}
      onClose={onClose}
      act={async () => {
        await must(
          api.POST("/v1/freezes/{freeze_id}/thaw", {
            params: { path: { freeze_id: freeze.id }, header: { "Idempotency-Key": newKey() } },
            body: {},
          }),
        );
        await queries.invalidateQueries({ queryKey: ["freezes"] });
      }}
    >
      <Text size="sm">{say("people.thaw.detail", { reason: visible(freeze.reason) })}</Text>
    </Ask>
  );
}

export default function FreezesPage() {
  const say = useSay();
  const { session } = useSession();
  const mayAct = session?.kind !== "readonly";
  const [throwing, setThrowing] = useState(false);
  const [lifting, setLifting] = useState<Freeze | null>(null);
  const { items, query } = useFreezes();
  return (
    <Stack gap="md">
      <PeopleHead>
        {mayAct && (
          <Button
            size="compact-sm"
            variant="default"
            c="var(--fermata-bad)"
            onClick={() => setThrowing(true)}
          >
            {say("people.freeze")}
          </Button>
        )}
      </PeopleHead>
      <Listing
        label={say("people.page.freezes")}
        heads={[
          say("people.freeze.what"),
          say("board.reason"),
          say("people.freeze.by"),
          say("people.key.since"),
          say("people.key.until"),
          ...(mayAct ? [say("people.do")] : []),
        ]}
        query={query}
        empty={say("people.freeze.none")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <bdi key="what">
              {visible(one.agent ?? say("people.freeze.everyAgent"))} ·{" "}
              {visible(one.tool ?? say("people.freeze.everyTool"))}
            </bdi>,
            <bdi key="reason">{visible(one.reason)}</bdi>,
            one.by,
            <Ago key="from" time={one.from} />,
            one.until ? <Ago key="until" time={one.until} /> : `❄ ${say("people.freeze.holds")}`,
            ...(mayAct
              ? [
                  one.until ? (
                    ""
                  ) : (
                    <Button
                      key="do"
                      size="compact-xs"
                      variant="default"
                      onClick={() => setLifting(one)}
                    >
                      {say("people.thaw")}
                    </Button>
                  ),
                ]
              : []),
          ],
        }))}
      />
      {throwing && <Throw onClose={() => setThrowing(false)} />}
      {lifting && <Lift freeze={lifting} onClose={() => setLifting(null)} />}
    </Stack>
  );
}
