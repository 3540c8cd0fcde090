// Who has done what with it so far.

import { Stack, Text } from "@mantine/core";
import type { Approval } from "../../api/client";
import { useSay } from "../../texts";
import { Ago } from "../../ui/time";
import { visible } from "../../ui/visible";

interface Moment {
  at: string;
  key: string;
  words: string;
  text?: string | null;
}

export function History({ request }: { request: Approval }) {
  const say = useSay();
  const moments: Moment[] = [
    {
      at: request.created_at,
      key: "made",
      words: say("history.asked", { who: request.requester.id }),
    },
    ...request.decisions.map((one, n) => ({
      at: one.at,
      key: `decision${n}`,
      words:
        say(`history.${one.decision}`, { who: one.person }) +
        (one.delegated_by ? ` ${say("history.for", { who: one.delegated_by })}` : "") +
        (one.outcome ? ` (${one.outcome})` : "") +
        (one.counts ? "" : ` · ${say("history.counts.not")}`) +
        (one.door ? ` · ${one.door}` : ""),
      text: one.withdrawn
        ? `${one.reason} · ${say("history.withdrawn")}: ${one.withdrawn}`
        : one.reason,
    })),
    ...request.comments.map((one) => ({
      at: one.at,
      key: `comment${one.n}`,
      words:
        say(one.asks ? "history.asks" : one.reply_to ? "history.replies" : "history.comments", {
          who: one.by.id,
        }) + (one.for_agent ? "" : ` · ${say("history.peopleOnly")}`),
      text: one.text,
    })),
    ...request.delegations.map((one, n) => ({
      at: one.at,
      key: `delegation${n}`,
      words: say("history.delegates", { who: one.from, to: one.to }),
      text: one.reason,
    })),
  ];
  if (request.claim)
    moments.push({
      at: request.claim.at,
      key: "claim",
      words: say("history.claims", { who: request.claim.person }),
    });
  if (request.closed_at && request.outcome)
    moments.push({
      at: request.closed_at,
      key: "closed",
      words: say("history.closed", {
        how: say(`state.${request.outcome.status}`),
        who: request.outcome.by,
      }),
      text: request.outcome.reason,
    });
  moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <Stack gap="xs" component="section" aria-label={say("request.history")}>
      <Text size="sm" fw={600}>
        {say("request.history")}
      </Text>
      {moments.map((one) => (
        <div key={one.key}>
          <Text size="sm">
            {visible(one.words)} ·{" "}
            <Text component="span" size="xs" c="dimmed">
              <Ago time={one.at} />
            </Text>
          </Text>
          {one.text && (
            <Text size="sm" c="dimmed" className="f-text">
              <bdi>{visible(one.text)}</bdi>
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}
