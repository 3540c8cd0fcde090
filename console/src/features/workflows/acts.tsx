// What a person may do with a run: end it, take it back to a checkpoint, or try another way.

import { List, Loader, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useSay } from "../../texts";
import { Ask, Note, pretty, visible } from "../../ui/board";
import { Trouble } from "../../ui/trouble";
import { acts, useCheckpoints, usePreview, type Workflow } from "./data";

interface Act {
  workflow: Workflow;
  onClose(): void;
}

function Reason({ value, onChange }: { value: string; onChange(text: string): void }) {
  const say = useSay();
  return (
    <TextInput
      label={say("board.reason")}
      value={value}
      maxLength={4000}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function useDone(id: string) {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: ["workflow", id] });
    void queries.invalidateQueries({ queryKey: ["workflows"] });
    void queries.invalidateQueries({ queryKey: ["approvals"] });
  };
}

export function Cancel({ workflow, onClose }: Act) {
  const say = useSay();
  const done = useDone(workflow.id);
  const [reason, setReason] = useState("");
  return (
    <Ask
      title={say("workflows.cancel")}
      verb={say("workflows.cancel.do")}
      danger
      onClose={onClose}
      act={async () => {
        await acts.cancel(workflow.id, reason);
        done();
      }}
    >
      <Text size="sm">
        {say("workflows.cancel.detail", { count: workflow.pending_approvals.length })}
      </Text>
      <Reason value={reason} onChange={setReason} />
    </Ask>
  );
}

function WhichCheckpoint(props: {
  id: string;
  live: boolean;
  value: string;
  onChange(id: string): void;
}) {
  const say = useSay();
  const query = useCheckpoints(props.id);
  if (query.isError) return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (!query.data) return <Loader size="sm" aria-label={say("app.loading")} />;
  const some = query.data.filter((one) => one.live || !props.live);
  if (some.length === 0) return <Note>{say("workflows.checkpoints.none")}</Note>;
  return (
    <Select
      label={say("workflows.checkpoint")}
      data={some.map((one) => ({
        value: one.id,
        label: `${visible(one.name)} · ${say("workflows.checkpoint.calls", { count: one.calls })}`,
      }))}
      value={props.value || null}
      onChange={(value) => props.onChange(value ?? "")}
      searchable
      comboboxProps={{ keepMounted: false }}
    />
  );
}

function Preview({ id, checkpoint }: { id: string; checkpoint: string }) {
  const say = useSay();
  const query = usePreview(id, checkpoint);
  if (!checkpoint) return null;
  if (query.isError) return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (!query.data) return <Loader size="sm" aria-label={say("app.loading")} />;
  const it = query.data;
  const lines: [string, string[]][] = [
    ["kept", it.decisions_kept.map((one) => pretty(one))],
    ["void", it.decisions_void.map((one) => pretty(one))],
    ["again", it.asked_again.map((one) => visible(one.action))],
    ["cancelled", it.cancelled],
    [
      "effects",
      it.effects.map(
        (one) =>
          `${visible(one.tool)} ${pretty(one.arguments)} · ${
            one.undo_tool
              ? say("workflows.preview.undo", { tool: visible(one.undo_tool) })
              : say("workflows.preview.stays")
          }`,
      ),
    ],
  ];
  return (
    <Stack gap={6} aria-label={say("workflows.preview")} role="region">
      {lines.map(([name, all]) => (
        <div key={name}>
          <Text size="sm" fw={600}>
            {say(`workflows.preview.${name}`, { count: all.length })}
          </Text>
          {all.length > 0 && (
            <List size="sm">
              {all.slice(0, 20).map((one) => (
                <List.Item key={one}>
                  <bdi className="f-text">{one}</bdi>
                </List.Item>
              ))}
            </List>
          )}
        </div>
      ))}
    </Stack>
  );
}

export function RollBack({ workflow, onClose }: Act) {
  const say = useSay();
  const done = useDone(workflow.id);
  const [checkpoint, setCheckpoint] = useState("");
  const [reason, setReason] = useState("");
  const preview = usePreview(workflow.id, checkpoint);
  return (
    <Ask
      title={say("workflows.rollback")}
      verb={say("workflows.rollback.do")}
      danger
      disabled={!preview.data || reason.trim() === ""}
      onClose={onClose}
      act={async () => {
        if (!preview.data) return;
        await acts.rollBack(workflow.id, checkpoint, reason, preview.data.version);
        done();
      }}
    >
      <Text size="sm">{say("workflows.rollback.detail")}</Text>
      <WhichCheckpoint id={workflow.id} live value={checkpoint} onChange={setCheckpoint} />
      <Preview id={workflow.id} checkpoint={checkpoint} />
      <Reason value={reason} onChange={setReason} />
    </Ask>
  );
}

export function Fork({ workflow, onClose }: Act) {
  const say = useSay();
  const go = useNavigate();
  const [checkpoint, setCheckpoint] = useState("");
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  return (
    <Ask
      title={say("workflows.fork")}
      verb={say("workflows.fork.do")}
      disabled={checkpoint === ""}
      onClose={onClose}
      act={async () => {
        const made = await acts.fork(workflow.id, checkpoint, name, reason);
        await go({ to: `/workflows/${made.id}` as never });
      }}
    >
      <Text size="sm">{say("workflows.fork.detail")}</Text>
      <WhichCheckpoint id={workflow.id} live={false} value={checkpoint} onChange={setCheckpoint} />
      <TextInput
        label={say("workflows.fork.name")}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Reason value={reason} onChange={setReason} />
    </Ask>
  );
}
