import { Button, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Listing, usePages, visible } from "../../ui/board";
import { PeopleHead } from "./nav";

type Group = Schemas["Group"];

function Edit({ group, onClose }: { group: Group | null; onClose(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [id, setId] = useState(group?.id ?? "");
  const [name, setName] = useState(group?.name ?? "");
  const [members, setMembers] = useState(group?.members.join("\n") ?? "");
  const all = members.split(/[\s,]+/).filter((one) => one !== "");
  return (
    <Ask
      title={say(group ? "people.edit" : "people.group.add")}
      verb={say("people.save")}
      disabled={id.trim() === ""}
      onClose={onClose}
      act={async () => {
        await must(
          api.PUT("/v1/groups/{group_id}", {
            params: { path: { group_id: id.trim() }, header: { "Idempotency-Key": newKey() } },
            body: { name: name.trim(), members: all },
          }),
        );
        await queries.invalidateQueries({ queryKey: ["groups"] });
      }}
    >
      <TextInput
        label={say("people.id")}
        description={say("people.id.help")}
        value={id}
        disabled={group !== null}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <TextInput
        label={say("people.name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={say("people.members")}
        description={say("people.members.help")}
        value={members}
        autosize
        minRows={4}
        onChange={(event) => setMembers(event.currentTarget.value)}
      />
      <Text size="sm">{say("people.group.detail")}</Text>
    </Ask>
  );
}

export default function GroupsPage() {
  const say = useSay();
  const { session } = useSession();
  const admin = session?.kind === "admin";
  const [editing, setEditing] = useState<Group | "new" | null>(null);
  const { items, query } = usePages<Group>(["groups"], (cursor) =>
    must(
      api.GET("/v1/groups", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } }),
    ),
  );
  return (
    <Stack gap="md">
      <PeopleHead>
        {admin && (
          <Button size="compact-sm" variant="default" onClick={() => setEditing("new")}>
            {say("people.group.add")}
          </Button>
        )}
      </PeopleHead>
      <Listing
        label={say("people.page.groups")}
        heads={[say("people.name"), say("people.members"), ...(admin ? [say("people.do")] : [])]}
        query={query}
        empty={say("people.group.none")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <div key="name">
              <bdi>{visible(one.name || one.id)}</bdi>
              <Text size="xs" c="dimmed">
                <bdi>{one.id}</bdi>
              </Text>
            </div>,
            one.members.length > 0 ? one.members.join(", ") : say("board.nobody"),
            ...(admin
              ? [
                  <Button
                    key="edit"
                    size="compact-xs"
                    variant="default"
                    onClick={() => setEditing(one)}
                  >
                    {say("people.edit")}
                  </Button>,
                ]
              : []),
          ],
        }))}
      />
      {editing && (
        <Edit group={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
    </Stack>
  );
}
