// The decision: approve and reject with equal weight, nothing chosen before, nothing decided by one
// stray key. What was typed is kept until the server has taken it.

import { Alert, Button, Group, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { lazy, Suspense, useEffect, useRef } from "react";
import type { Approval } from "../../api/client";
import { ApiProblem, api, must } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Trouble } from "../../ui/trouble";
import { visible } from "../../ui/visible";
import { useKeys } from "../inbox/keys";
import { type Explanation, useExplanation, useForm } from "./data";
import { type Decision, useDecide } from "./decide";
import { useDraft } from "./draft";
import { Edit } from "./edit";
import type { GivenForm } from "./form";
import { isHighRisk, isTyped, toType } from "./risk";
import { useVerbs } from "./verbs";

const MOST_NAMED = 100; // By an explanation, in one threshold.
const QuestionForm = lazy(() => import("./form"));

type Mode = "none" | "approve" | "reject" | "ignore" | "edit";
interface Draft {
  mode: Mode;
  reason: string;
  typed: string;
  outcome: string;
  texts: Record<string, string>;
  answer?: unknown;
  happened?: string;
}
const EMPTY: Draft = { mode: "none", reason: "", typed: "", outcome: "", texts: {} };

// Who has decided can take it back until it is decided; who cannot decide is told so.
export function Bar({ request, onDecided }: { request: Approval; onDecided?: () => void }) {
  const say = useSay();
  const { session } = useSession();
  const explanation = useExplanation(request.id).data;
  const { params, run, busy, error } = useVerbs(request);
  const me = session?.id ?? "";
  const mine = request.decisions.find((one) => one.counts && one.person === me);
  const isAskedAgain = explanation?.settled_by.includes(me) ?? false;
  if (mine && !isAskedAgain)
    return (
      <Stack gap="sm" className="f-bar" component="section" aria-label={say("request.decide")}>
        <Alert color="green" role="status" title={say(`request.mine.${mine.decision}`)}>
          <Text size="sm">{say("request.mine.others")}</Text>
          <Button
            mt="xs"
            size="compact-sm"
            variant="default"
            loading={busy}
            onClick={() =>
              void run(() =>
                must(
                  api.POST("/v1/approvals/{approval_id}/withdraw", { params: params(), body: {} }),
                ),
              )
            }
          >
            {say("request.verb.withdraw")}
          </Button>
        </Alert>
        {error !== null && <Trouble error={error} />}
      </Stack>
    );
  return (
    <>
      {explanation && !canDecide(explanation, me) && !isAskedAgain && (
        <Text size="sm" c="dimmed" role="note">
          {say("request.notYours")}
        </Text>
      )}
      <Choose request={request} onDecided={onDecided} />
    </>
  );
}

// As far as the list of names reaches; the server has the last word.
function canDecide(told: Explanation, me: string): boolean {
  const open = told.needed.filter((one) => one.open);
  return (
    told.vetoes.length > 0 ||
    open.some((one) => one.people.includes(me) || one.people.length >= MOST_NAMED)
  );
}

function Choose({ request, onDecided }: { request: Approval; onDecided?: () => void }) {
  const say = useSay();
  const [draft, setDraft, dropDraft] = useDraft<Draft>(`${request.id}.${request.hash}`, EMPTY);
  const { decide, busy, error, clear } = useDecide(request.id, (now) => {
    dropDraft();
    if (now.status !== "pending") onDecided?.();
  });
  const approve = useRef<HTMLButtonElement>(null);
  const reject = useRef<HTMLButtonElement>(null);
  const edit = useRef<HTMLButtonElement>(null);
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const go = (mode: Mode) => {
    clear();
    change({ mode });
  };
  useKeys({
    a: () => approve.current?.focus(),
    r: () => reject.current?.focus(),
    e: () => edit.current?.focus(),
  });
  const takes = (decision: Decision["decision"]) => request.takes.includes(decision);
  const send = (decision: Decision) => void decide(decision);
  const hash = request.hash;
  return (
    <Stack gap="sm" className="f-bar" component="section" aria-label={say("request.decide")}>
      {error !== null && <Refused error={error} />}
      {request.kind === "question" && (
        <Question
          request={request}
          draft={draft}
          change={change}
          send={send}
          busy={busy}
          error={error}
        />
      )}
      {request.kind === "in_doubt" && (
        <Doubt
          draft={draft}
          change={change}
          send={(answer) => send({ decision: "answer", hash, answer })}
          busy={busy}
        />
      )}
      {draft.mode === "none" && (
        <Group grow gap="sm">
          {takes("approve") && (
            <Button ref={approve} variant="outline" onClick={() => go("approve")}>
              {say("request.approve", { what: visible(request.action) })}
            </Button>
          )}
          {takes("reject") && (
            <Button ref={reject} variant="outline" onClick={() => go("reject")}>
              {say("request.reject")}
            </Button>
          )}
        </Group>
      )}
      {draft.mode === "none" && (takes("edit") || takes("ignore")) && (
        <Group gap="sm">
          {takes("edit") && (
            <Button ref={edit} variant="subtle" size="compact-sm" onClick={() => go("edit")}>
              {say("request.edit")}
            </Button>
          )}
          {takes("ignore") && (
            <Button variant="subtle" size="compact-sm" onClick={() => go("ignore")}>
              {say("request.ignore")}
            </Button>
          )}
        </Group>
      )}
      {draft.mode === "edit" && (
        <Edit
          before={request.arguments as Record<string, unknown>}
          texts={draft.texts}
          onTexts={(texts) => change({ texts })}
          onBack={() => go("none")}
          busy={busy}
          onSend={(after, reason) =>
            send({
              decision: "edit",
              hash,
              arguments: after as Record<string, never>,
              ...(reason ? { reason } : {}),
            })
          }
        />
      )}
      {(draft.mode === "approve" || draft.mode === "reject" || draft.mode === "ignore") && (
        <Sure
          request={request}
          mode={draft.mode}
          draft={draft}
          change={change}
          busy={busy}
          send={send}
        />
      )}
    </Stack>
  );
}

// A refusal says what was kept; what ended elsewhere says by whom.
function Refused({ error }: { error: unknown }) {
  const say = useSay();
  if (error instanceof ApiProblem && error.reason === "approval.closed" && error.problem.outcome)
    return (
      <Alert
        color="yellow"
        role="alert"
        title={say("request.elsewhere", { who: error.problem.outcome.by ?? "" })}
      >
        {error.problem.detail}
      </Alert>
    );
  return (
    <Stack gap={4}>
      <Trouble error={error} />
      <Text size="xs" c="dimmed">
        {say("request.kept")}
      </Text>
    </Stack>
  );
}

function Sure(props: {
  request: Approval;
  mode: "approve" | "reject" | "ignore";
  draft: Draft;
  change(changes: Partial<Draft>): void;
  send(decision: Decision): void;
  busy: boolean;
}) {
  const { request, mode, draft, change, send, busy } = props;
  const say = useSay();
  const first = useRef<HTMLInputElement & HTMLTextAreaElement & HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each way that is taken.
  useEffect(() => first.current?.focus(), [mode]);
  const mustType = mode === "approve" && isHighRisk(request);
  const wanted = visible(toType(request as Parameters<typeof toType>[0]));
  const typed = !mustType || isTyped(wanted, draft.typed);
  const outcomes = request.outcomes.filter((one) => one.means === mode);
  const reasoned = mode !== "reject" || draft.reason.trim() !== "";
  const submit = () => {
    if (!typed || !reasoned) return;
    const rest = {
      hash: request.hash,
      ...(draft.outcome ? { outcome: draft.outcome } : {}),
    };
    const reason = draft.reason.trim();
    if (mode === "reject") send({ decision: "reject", ...rest, reason });
    else send({ decision: mode, ...rest, ...(reason ? { reason } : {}) });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm">
        {mustType && (
          <TextInput
            ref={first}
            label={say("request.type", { what: wanted })}
            description={say("request.type.why")}
            value={draft.typed}
            autoComplete="off"
            onChange={(event) => change({ typed: event.currentTarget.value })}
          />
        )}
        {outcomes.length > 0 && (
          <Radio.Group
            label={say("request.outcome")}
            value={draft.outcome}
            onChange={(outcome) => change({ outcome })}
          >
            <Stack gap={6} mt={4}>
              <Radio value="" label={say(`request.outcome.${mode}`)} />
              {outcomes.map((one) => (
                <Radio
                  key={one.name}
                  value={one.name}
                  label={visible(one.name)}
                  description={visible(one.text ?? "")}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <Textarea
          ref={mustType ? undefined : first}
          label={say(mode === "reject" ? "request.reason.needed" : "request.reason")}
          description={mode === "ignore" ? say("request.ignore.why") : undefined}
          value={draft.reason}
          required={mode === "reject"}
          autosize
          minRows={1}
          maxRows={8}
          onChange={(event) => change({ reason: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            submit();
          }}
        />
        <Group grow gap="sm">
          <Button type="submit" loading={busy} disabled={!typed || !reasoned}>
            {mode === "approve"
              ? say("request.approve", { what: visible(request.action) })
              : say(`request.${mode}`)}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => change({ mode: "none" })}>
            {say("request.back")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Question(props: {
  request: Approval;
  draft: Draft;
  change(changes: Partial<Draft>): void;
  send(decision: Decision): void;
  busy: boolean;
  error: unknown;
}) {
  const { request, draft, change, send, busy, error } = props;
  const say = useSay();
  const hash = request.hash;
  const form = useForm(request.id, hash, request.form !== null);
  const answers = request.outcomes.filter((one) => one.means === "answer");
  const outcome =
    draft.outcome && answers.some((one) => one.name === draft.outcome)
      ? { outcome: draft.outcome }
      : {};
  if (request.form === null)
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const answer = typeof draft.answer === "string" ? draft.answer : "";
          send({ decision: "answer", hash, answer, ...outcome });
        }}
      >
        <Textarea
          label={say("request.yourAnswer")}
          value={typeof draft.answer === "string" ? draft.answer : ""}
          autosize
          minRows={2}
          onChange={(event) => change({ answer: event.currentTarget.value })}
        />
        <Button type="submit" mt="sm" loading={busy}>
          {say("request.answer")}
        </Button>
      </form>
    );
  if (form.isError) return <Trouble error={form.error} again={() => void form.refetch()} />;
  if (!form.data) return <Text size="sm">{say("app.loading")}</Text>;
  if (!form.data.form) return <Alert color="yellow">{form.data.undecidable?.message}</Alert>;
  return (
    <Suspense fallback={<Text size="sm">{say("app.loading")}</Text>}>
      <QuestionForm
        form={form.data.form as unknown as GivenForm}
        value={draft.answer}
        onChange={(answer) => change({ answer })}
        onAnswer={(answer) =>
          send({ decision: "answer", hash, answer: answer as never, surface: "rjsf", ...outcome })
        }
        busy={busy}
        error={error}
      />
    </Suspense>
  );
}

function Doubt(props: {
  draft: Draft;
  change(changes: Partial<Draft>): void;
  send(answer: { happened: boolean; result?: unknown }): void;
  busy: boolean;
}) {
  const { draft, change, send, busy } = props;
  const say = useSay();
  const result = draft.happened ?? "";
  const parsed = () => {
    if (result.trim() === "") return {};
    try {
      return { result: JSON.parse(result) as unknown };
    } catch {
      return { result };
    }
  };
  return (
    <Stack gap="sm">
      <TextInput
        label={say("request.doubt.result")}
        description={say("request.doubt.result.help")}
        value={result}
        onChange={(event) => change({ happened: event.currentTarget.value })}
      />
      <Group grow>
        <Button
          variant="outline"
          loading={busy}
          onClick={() => send({ happened: true, ...parsed() })}
        >
          {say("request.doubt.yes")}
        </Button>
        <Button variant="outline" loading={busy} onClick={() => send({ happened: false })}>
          {say("request.doubt.no")}
        </Button>
      </Group>
    </Stack>
  );
}
