import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Listing, Note, usePages, visible } from "../../ui/board";
import { Ago } from "../../ui/time";
import { PeopleHead } from "./nav";
import { Once } from "./once";

type Key = Schemas["ApiKey"];

function Make({ onClose, onMade }: { onClose(): void; onMade(key: string): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [kind, setKind] = useState<"agent" | "person">("agent");
  const [whose, setWhose] = useState("");
  return (
    <Ask
      title={say("people.key.add")}
      verb={say("people.key.make")}
      disabled={whose.trim() === ""}
      onClose={onClose}
      act={async () => {
        const who = whose.trim();
        const made = await must(
          api.POST("/v1/keys", {
            params: { header: { "Idempotency-Key": newKey() } },
            body: kind === "agent" ? { kind, agent: who } : { kind, person: who },
          }),
        );
        onMade(made.key ?? "");
        await queries.invalidateQueries({ queryKey: ["keys"] });
      }}
    >
      <Select
        label={say("people.key.kind")}
        data={(["agent", "person"] as const).map((value) => ({
          value,
          label: say(`people.key.kind.${value}`),
        }))}
        value={kind}
        onChange={(value) => setKind(value === "person" ? "person" : "agent")}
        allowDeselect={false}
        comboboxProps={{ keepMounted: false }}
      />
      <TextInput
        label={say(`people.key.whose.${kind}`)}
        value={whose}
        onChange={(event) => setWhose(event.currentTarget.value)}
      />
    </Ask>
  );
}

function stateOf(key: Key): "revoked" | "expired" | "good" {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) <= Date.now() ? "expired" : "good";
}

export default function KeysPage() {
  const say = useSay();
  const queries = useQueryClient();
  const { session } = useSession();
  const admin = session?.kind === "admin";
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState("");
  const [revoking, setRevoking] = useState<Key | null>(null);
  const { items, query } = usePages<Key>(["keys"], (cursor) =>
    must(api.GET("/v1/keys", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Stack gap="md">
      <PeopleHead>
        {admin && (
          <Button size="compact-sm" variant="default" onClick={() => setMaking(true)}>
            {say("people.key.add")}
          </Button>
        )}
      </PeopleHead>
      {made && <Once title={say("people.key.made")} secret={made} onDone={() => setMade("")} />}
      {session?.kind === "person" ? (
        <Note>{say("people.key.notYours")}</Note>
      ) : (
        <Listing
          label={say("people.page.keys")}
          heads={[
            say("people.key.whose"),
            say("people.key.use"),
            say("people.key.since"),
            say("people.key.until"),
            say("people.key.state"),
            ...(admin ? [say("people.do")] : []),
          ]}
          query={query}
          empty={say("people.key.none")}
          rows={items.map((one) => ({
            key: one.id,
            cells: [
              <div key="whose">
                <bdi>{visible(one.agent ?? one.person ?? (one.label || one.kind))}</bdi>
                <Text size="xs" c="dimmed">
                  {say(`people.key.kind.${one.kind}`)} · <bdi>{one.id}</bdi>
                </Text>
              </div>,
              say(`people.key.use.${one.use}`),
              <Ago key="since" time={one.created_at} />,
              one.expires_at ? <Ago key="until" time={one.expires_at} /> : say("board.never"),
              say(`people.key.state.${stateOf(one)}`),
              ...(admin
                ? [
                    one.revoked_at ? (
                      ""
                    ) : (
                      <Button
                        key="do"
                        size="compact-xs"
                        variant="default"
                        onClick={() => setRevoking(one)}
                      >
                        {say("people.key.revoke")}
                      </Button>
                    ),
                  ]
                : []),
            ],
          }))}
        />
      )}
      {making && <Make onClose={() => setMaking(false)} onMade={setMade} />}
      {revoking && (
        <Ask
          title={say("people.key.revoke")}
          verb={say("people.key.revoke")}
          danger
          onClose={() => setRevoking(null)}
          act={async () => {
            await must(
              api.DELETE("/v1/keys/{key_id}", {
                params: { path: { key_id: revoking.id }, header: { "Idempotency-Key": newKey() } },
              }),
            );
            await queries.invalidateQueries({ queryKey: ["keys"] });
          }}
        >
          <Text size="sm">
            {say("people.key.revoke.detail", {
              whose: visible(revoking.agent ?? revoking.person ?? revoking.kind),
            })}
          </Text>
        </Ask>
      )}
    </Stack>
  );
}
