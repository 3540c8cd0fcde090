// What else people can do with a request: take it on, hand it on, ask back, take a decision back,
// give it more time, recall it.

import {
  Button,
  Checkbox,
  Group,
  Menu,
  Modal,
  NumberInput,
  Select,
  Stack,
  Textarea,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Approval, api, itemsOf, must, newKey, type Schemas } from "../../api/client";
import { serverNow } from "../../api/clock";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Trouble } from "../../ui/trouble";
import { useKeys } from "../inbox/keys";
import { useTake } from "./data";

type Asking = "delegate" | "forward" | "assign" | "withdraw" | "extend" | "cancel";

function usePeople(wanted: boolean) {
  return useQuery({
    queryKey: ["people", "names"],
    enabled: wanted,
    queryFn: async () => {
      const page = await must(api.GET("/v1/people", { params: { query: { limit: 200 } } }));
      return itemsOf<Schemas["Person"]>(page)
        .filter((one) => one.active)
        .map((one) => ({ value: one.id, label: one.name ? `${one.name} (${one.id})` : one.id }));
    },
  });
}

export function useVerbs(request: Approval) {
  const take = useTake(request.id);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const params = () => ({
    path: { approval_id: request.id },
    header: { "Idempotency-Key": newKey() },
  });
  const run = async (asked: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      take((await asked()) as Approval);
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { params, run, busy, error, clear: () => setError(null) };
}

export function Verbs({ request }: { request: Approval }) {
  const say = useSay();
  const { session } = useSession();
  const me = session?.id ?? "";
  const { params, run, busy, error, clear } = useVerbs(request);
  const [asking, setAsking] = useState<Asking | null>(null);
  const claimed = request.claim?.person === me;
  const decided = request.decisions.some((one) => one.counts && one.person === me);
  const lent = request.delegations.some((one) => one.from === me);
  const claim = () =>
    void run(() =>
      must(
        claimed
          ? api.POST("/v1/approvals/{approval_id}/release", { params: params() })
          : api.POST("/v1/approvals/{approval_id}/claim", { params: params() }),
      ),
    );
  useKeys({ c: claim });
  const item = (which: Asking) => (
    <Menu.Item
      onClick={() => {
        clear();
        setAsking(which);
      }}
    >
      {say(`request.verb.${which}`)}
    </Menu.Item>
  );
  return (
    <>
      <Group gap="xs">
        <Button variant="default" size="compact-sm" onClick={claim} loading={busy}>
          {say(claimed ? "request.release" : "request.claim")}
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="compact-sm">
              {say("request.verbs")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {item("delegate")}
            {item("forward")}
            {item("assign")}
            {lent && (
              <Menu.Item
                onClick={() =>
                  void run(() =>
                    must(api.DELETE("/v1/approvals/{approval_id}/delegate", { params: params() })),
                  )
                }
              >
                {say("request.verb.takeBack")}
              </Menu.Item>
            )}
            {decided && item("withdraw")}
            {request.deadline !== null && item("extend")}
            {item("cancel")}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {error !== null && asking === null && <Trouble error={error} />}
      {asking !== null && (
        <Ask
          request={request}
          asking={asking}
          busy={busy}
          error={error}
          params={params}
          run={run}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function Ask(props: {
  request: Approval;
  asking: Asking;
  busy: boolean;
  error: unknown;
  params: ReturnType<typeof useVerbs>["params"];
  run: ReturnType<typeof useVerbs>["run"];
  onClose(): void;
}) {
  const { asking, busy, error, params, run, onClose } = props;
  const say = useSay();
  const toSomebody = asking === "delegate" || asking === "forward" || asking === "assign";
  const people = usePeople(toSomebody);
  const [person, setPerson] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState<number | string>(8);
  const told = reason.trim() === "" ? {} : { reason: reason.trim() };
  const send = () => {
    const to = person ?? "";
    const h = Math.max(1 / 60, Number(hours) || 1);
    const until = new Date(serverNow() + h * 3600_000).toISOString();
    const asked: Record<Asking, () => Promise<unknown>> = {
      delegate: () =>
        must(
          api.POST("/v1/approvals/{approval_id}/delegate", {
            params: params(),
            body: { to, until, ...told },
          }),
        ),
      forward: () =>
        must(
          api.POST("/v1/approvals/{approval_id}/forward", {
            params: params(),
            body: { to, ...told },
          }),
        ),
      assign: () =>
        must(
          api.POST("/v1/approvals/{approval_id}/assign", {
            params: params(),
            body: { person: to },
          }),
        ),
      withdraw: () =>
        must(api.POST("/v1/approvals/{approval_id}/withdraw", { params: params(), body: told })),
      extend: () =>
        must(
          api.POST("/v1/approvals/{approval_id}/extend", {
            params: params(),
            body: { by_s: Math.round(h * 3600), ...told },
          }),
        ),
      cancel: () =>
        must(api.POST("/v1/approvals/{approval_id}/cancel", { params: params(), body: told })),
    };
    void run(asked[asking]).then((done) => done && onClose());
  };
  return (
    <Modal opened onClose={onClose} title={say(`request.verb.${asking}`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stack gap="sm">
          {toSomebody && (
            <Select
              label={say("request.person")}
              description={say(`request.verb.${asking}.help`)}
              data={people.data ?? []}
              value={person}
              onChange={setPerson}
              searchable
              required
              data-autofocus
              comboboxProps={{ withinPortal: true }}
            />
          )}
          {(asking === "delegate" || asking === "extend") && (
            <NumberInput label={say("request.hours")} value={hours} onChange={setHours} min={0} />
          )}
          {asking !== "assign" && (
            <Textarea
              label={say("request.reason")}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              autosize
            />
          )}
          {error !== null && <Trouble error={error} />}
          <Group grow>
            <Button type="submit" loading={busy} disabled={toSomebody && !person}>
              {say(`request.verb.${asking}`)}
            </Button>
            <Button variant="default" onClick={onClose}>
              {say("request.back")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function AskBack({ request }: { request: Approval }) {
  const say = useSay();
  const { params, run, busy, error } = useVerbs(request);
  const [text, setText] = useState("");
  const [forAgent, setForAgent] = useState(false);
  const [asks, setAsks] = useState(false);
  const send = () =>
    void run(() =>
      must(
        api.POST("/v1/approvals/{approval_id}/comments", {
          params: params(),
          body: { text: text.trim(), for_agent: forAgent || asks, asks },
        }),
      ),
    ).then((done) => done && setText(""));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) send();
      }}
    >
      <Stack gap={6}>
        <Textarea
          label={say("request.comment")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
        />
        <Group gap="md">
          <Checkbox
            size="xs"
            label={say("request.comment.forAgent")}
            checked={forAgent || asks}
            disabled={asks}
            onChange={(event) => setForAgent(event.currentTarget.checked)}
          />
          <Checkbox
            size="xs"
            label={say("request.comment.asks")}
            checked={asks}
            onChange={(event) => setAsks(event.currentTarget.checked)}
          />
          <Button
            type="submit"
            size="compact-sm"
            variant="default"
            loading={busy}
            disabled={!text.trim()}
          >
            {say("request.comment.send")}
          </Button>
        </Group>
        {error !== null && <Trouble error={error} />}
      </Stack>
    </form>
  );
}
