// Who still must agree, who can, and what happens by itself.

import { Stack, Text } from "@mantine/core";
import { useNow } from "../../api/clock";
import { useSay } from "../../texts";
import { useAgo, useExact } from "../../ui/time";
import type { Explanation } from "./data";

export function Needed({ told }: { told: Explanation }) {
  const say = useSay();
  return (
    <Stack gap={6} component="section" aria-label={say("request.needed")}>
      <Text size="sm" fw={600}>
        {say("request.needed")}
      </Text>
      {told.needed.map((one) => (
        <div key={one.name}>
          <Text size="sm">
            <span aria-hidden="true">
              {one.approve <= 6 ? "●".repeat(one.given) + "○".repeat(one.missing) : ""}{" "}
            </span>
            {say("request.needs", { given: one.given, of: one.approve, who: one.name })}
            {!one.open && ` ${say("request.stage", { n: one.stage })}`}
          </Text>
          <Text size="xs" c="dimmed">
            {one.people.length > 0
              ? say("request.canGive", { people: one.people.join(", ") })
              : say("request.nobody")}
          </Text>
          {one.refused > 0 && (
            <Text size="xs" style={{ color: "var(--fermata-bad)" }}>
              {say("request.refused", { given: one.refused, of: one.reject })}
            </Text>
          )}
          {one.needed_later.length > 0 && (
            <Text size="xs" style={{ color: "var(--fermata-waiting)" }}>
              {say("request.neededLater", { people: one.needed_later.join(", ") })}
            </Text>
          )}
          {!one.possible && (
            <Text size="xs" style={{ color: "var(--fermata-bad)" }}>
              {say("request.impossible")}
            </Text>
          )}
        </div>
      ))}
      {told.settled_by.length > 0 && (
        <Text size="sm">{say("request.settled", { people: told.settled_by.join(", ") })}</Text>
      )}
      {told.vetoes.map((one) => (
        <Text size="xs" c="dimmed" key={one.name}>
          {say("request.veto", { who: one.name })}
        </Text>
      ))}
    </Stack>
  );
}

export function Next({ told }: { told: Explanation }) {
  const say = useSay();
  const now = useNow();
  const ago = useAgo();
  const exact = useExact();
  if (told.next.length === 0) return <Text size="sm">{say("request.next.never")}</Text>;
  return (
    <Stack gap={4} component="section" aria-label={say("request.next")}>
      <Text size="sm" fw={600}>
        {say("request.next")}
      </Text>
      {told.next.map((one) => (
        <Text size="sm" key={`${one.at}${one.what}${one.threshold ?? ""}`}>
          <time dateTime={one.at} title={exact(one.at)}>
            {ago(one.at, now)}
          </time>
          {": "}
          {one.what === "escalation"
            ? say(one.replace ? "request.next.instead" : "request.next.also", {
                people: one.people?.join(", ") || (one.to ?? ""),
              })
            : one.what === "deadline"
              ? say(`request.next.deadline.${one.outcome ?? "expire"}`)
              : say(`request.next.${one.what}`)}
        </Text>
      ))}
    </Stack>
  );
}
