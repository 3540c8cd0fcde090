// One request: the question first, then what it affects, why one is asked, what is still needed, what
// happens if nobody acts; the agent's own words come after.

import { Alert, Anchor, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Approval } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { State } from "../../ui/state";
import { Ago, Countdown } from "../../ui/time";
import { Trouble } from "../../ui/trouble";
import { visible } from "../../ui/visible";
import { Bar } from "./bar";
import { useExplanation, useRequest } from "./data";
import { Changes, Facts } from "./facts";
import { History } from "./history";
import { Needed, Next } from "./needed";
import { partsOf, Sentence } from "./sentence";
import { AskBack, Verbs } from "./verbs";

export function RequestView({ id, onDecided }: { id: string; onDecided?: () => void }) {
  const say = useSay();
  const query = useRequest(id);
  if (query.data === undefined && query.isError)
    return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (query.data === undefined)
    return (
      <Stack role="status" aria-label={say("app.loading")}>
        <Skeleton h={40} />
        <Skeleton h={120} />
        <Skeleton h={80} />
      </Stack>
    );
  return (
    <>
      {query.isError && <Alert color="yellow">{say("request.old")}</Alert>}
      <Loaded request={query.data as Approval} onDecided={onDecided} />
    </>
  );
}

function Loaded({ request, onDecided }: { request: Approval; onDecided?: () => void }) {
  const say = useSay();
  const { session } = useSession();
  const explanation = useExplanation(request.id);
  const pending = request.status === "pending";
  const isPerson = session?.kind === "person";
  const { view } = request;
  const words = view?.words;
  return (
    <Stack gap="md" component="article" aria-labelledby="question">
      <Group gap="sm" justify="space-between">
        <Group gap="sm">
          <State of={request.status} />
          {pending && <Countdown deadline={request.deadline} frozen={request.frozen_by !== null} />}
          <Text size="sm" c="dimmed">
            <Ago time={request.created_at} />
          </Text>
        </Group>
        {pending && isPerson && <Verbs request={request} />}
      </Group>
      <h1 className="f-sentence" id="question">
        <Sentence parts={partsOf(request)} />
      </h1>
      <Changed request={request} />
      {request.frozen_by && (
        <Alert color="blue" title={say("request.frozen", { who: request.frozen_by.by })}>
          {visible(request.frozen_by.reason)}
        </Alert>
      )}
      {view?.size?.too_large && <Alert color="yellow">{say("request.tooLarge")}</Alert>}
      <div className="f-cols">
        <Stack gap="md" miw={0}>
          <section aria-label={say("request.facts")}>
            <Facts facts={view?.facts ?? []} />
            {view?.changes && <Changes changes={view.changes} />}
          </section>
          <Text size="sm">
            <b>{say("request.why")}</b> {say("request.rule", { rule: request.rule || "—" })}
            {request.on_behalf_of && ` ${say("request.behalf", { who: request.on_behalf_of })}`}
          </Text>
          {words && (
            <section className="f-said" aria-label={say("request.words")}>
              <Text size="xs" fw={600} c="dimmed">
                ✎ {say("request.words")}
              </Text>
              <Text size="sm" className="f-text">
                <bdi>{words.text}</bdi>
              </Text>
            </section>
          )}
        </Stack>
        <Stack gap="md">
          {pending && explanation.data && <Needed told={explanation.data} />}
          {pending && explanation.data && <Next told={explanation.data} />}
        </Stack>
      </div>
      {pending && isPerson && <Bar request={request} onDecided={onDecided} />}
      {!pending && <Outcome request={request} />}
      <History request={request} />
      {pending && isPerson && <AskBack request={request} />}
      <Group gap="md">
        <Anchor size="sm" component={Link} to={`/workflows/${request.workflow_id}`}>
          {say("request.workflow")}
        </Anchor>
        <Anchor size="sm" component={Link} to={`/approvals/${request.id}`}>
          {say("request.link")}
        </Anchor>
        <Text size="xs" c="dimmed" ff="monospace" title={request.hash} className="f-clip">
          H {request.hash.slice(0, 23)}…
        </Text>
      </Group>
    </Stack>
  );
}

function Outcome({ request }: { request: Approval }) {
  const say = useSay();
  const ended = request.outcome;
  if (!ended) return null;
  return (
    <Alert
      color="gray"
      role="status"
      title={say("request.ended", { how: say(`state.${ended.status}`), who: ended.by })}
    >
      {ended.reason && (
        <Text size="sm" className="f-text">
          {visible(ended.reason)}
        </Text>
      )}
      {ended.status === "answered" && (
        <Text size="sm" ff="monospace" className="f-text">
          {visible(JSON.stringify(ended.answer, null, 2))}
        </Text>
      )}
      {request.published && (
        <Text size="sm">{say(`request.published.${request.published.state}`)}</Text>
      )}
    </Alert>
  );
}

// What somebody else did while it was looked at.
function Changed({ request }: { request: Approval }) {
  const say = useSay();
  const { session } = useSession();
  const first = useRef(request);
  const [other, setOther] = useState<string | null>(null);
  useEffect(() => {
    const before = first.current;
    const latest = request.decisions.at(-1);
    const news = request.decisions.length > before.decisions.length && latest;
    if (news && latest.person !== session?.id)
      setOther(say(`history.${latest.decision}`, { who: latest.person }));
    else if (request.hash !== before.hash) setOther(say("request.edited"));
    else if (
      request.status !== before.status &&
      request.outcome &&
      request.outcome.by !== session?.id
    )
      setOther(say("request.elsewhere", { who: request.outcome.by }));
    first.current = request;
  }, [request, session?.id, say]);
  if (!other) return null;
  return (
    <Alert
      color="indigo"
      role="status"
      withCloseButton
      onClose={() => setOther(null)}
      closeButtonLabel={say("request.back")}
    >
      {other}
    </Alert>
  );
}
