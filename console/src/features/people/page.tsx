// Who there is, and the way in for each of them.

import { Button, Checkbox, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey, type Schemas } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ask, Listing, usePages, visible } from "../../ui/board";
import { PeopleHead } from "./nav";
import { Once } from "./once";

type Person = Schemas["Person"];

function Edit({ person, onClose }: { person: Person | null; onClose(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [id, setId] = useState(person?.id ?? "");
  const [name, setName] = useState(person?.name ?? "");
  const [email, setEmail] = useState(person?.email ?? "");
  const [active, setActive] = useState(person?.active ?? true);
  return (
    <Ask
      title={say(person ? "people.edit" : "people.add")}
      verb={say("people.save")}
      disabled={id.trim() === "" || name.trim() === ""}
      onClose={onClose}
      act={async () => {
        await must(
          api.PUT("/v1/people/{person_id}", {
            params: { path: { person_id: id.trim() }, header: { "Idempotency-Key": newKey() } },
            body: {
              name: name.trim(),
              email: email.trim(),
              active,
              ...(person
                ? {
                    identities: person.identities,
                    roles: person.roles,
                    attributes: person.attributes,
                    ...(person.manager ? { manager: person.manager } : {}),
                  }
                : {}),
            },
          }),
        );
        await queries.invalidateQueries({ queryKey: ["people"] });
      }}
    >
      <TextInput
        label={say("people.id")}
        description={say("people.id.help")}
        value={id}
        disabled={person !== null}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <TextInput
        label={say("people.name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={say("people.email")}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Checkbox
        label={say("people.active")}
        checked={active}
        onChange={(event) => setActive(event.currentTarget.checked)}
      />
    </Ask>
  );
}

export default function PeoplePage() {
  const say = useSay();
  const { session } = useSession();
  const admin = session?.kind === "admin";
  const [editing, setEditing] = useState<Person | "new" | null>(null);
  const [inviting, setInviting] = useState<Person | null>(null);
  const [link, setLink] = useState<{ who: string; url: string } | null>(null);
  const { items, query } = usePages<Person>(["people"], (cursor) =>
    must(
      api.GET("/v1/people", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } }),
    ),
  );
  return (
    <Stack gap="md">
      <PeopleHead>
        {admin && (
          <Button size="compact-sm" variant="default" onClick={() => setEditing("new")}>
            {say("people.add")}
          </Button>
        )}
      </PeopleHead>
      {link && (
        <Once
          title={say("people.link.for", { who: link.who })}
          secret={link.url}
          onDone={() => setLink(null)}
        />
      )}
      <Listing
        label={say("people.page.people")}
        heads={[
          say("people.name"),
          say("people.email"),
          say("people.roles"),
          say("people.manager"),
          ...(admin ? [say("people.do")] : []),
        ]}
        query={query}
        empty={say("people.none")}
        rows={items.map((one) => ({
          key: one.id,
          cells: [
            <div key="name">
              <bdi>{visible(one.name)}</bdi>
              <Text size="xs" c="dimmed">
                <bdi>{one.id}</bdi>
                {one.active ? "" : ` · ${say("people.gone")}`}
              </Text>
            </div>,
            <bdi key="email">{visible(one.email)}</bdi>,
            one.roles.join(", "),
            one.manager ?? "",
            ...(admin
              ? [
                  <Button.Group key="do">
                    <Button size="compact-xs" variant="default" onClick={() => setEditing(one)}>
                      {say("people.edit")}
                    </Button>
                    <Button
                      size="compact-xs"
                      variant="default"
                      disabled={!one.active}
                      onClick={() => setInviting(one)}
                    >
                      {say("people.link")}
                    </Button>
                  </Button.Group>,
                ]
              : []),
          ],
        }))}
      />
      {editing && (
        <Edit person={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      {inviting && (
        <Ask
          title={say("people.link.for", { who: visible(inviting.name) })}
          verb={say("people.link.make")}
          onClose={() => setInviting(null)}
          act={async () => {
            const made = await must(
              api.POST("/v1/people/{person_id}/sign-in-links", {
                params: {
                  path: { person_id: inviting.id },
                  header: { "Idempotency-Key": newKey() },
                },
                body: {},
              }),
            );
            setLink({ who: visible(inviting.name), url: made.url ?? "" });
          }}
        >
          <Text size="sm">{say("people.link.detail")}</Text>
        </Ask>
      )}
    </Stack>
  );
}
