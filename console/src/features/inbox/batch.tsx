// One decision for several requests without a form, each bound to what was shown of it.

import { Alert, Button, Group, Paper, Progress, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, must, newKey } from "../../api/client";
import { useSay } from "../../texts";
import { wordsOf } from "../../ui/trouble";
import type { Row } from "./data";

type Verb = "approve" | "reject";

export function Batch({ rows, onDone }: { rows: Row[]; onDone(): void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [verb, setVerb] = useState<Verb | null>(null);
  const [reason, setReason] = useState("");
  const [done, setDone] = useState<number | null>(null);
  const [failed, setFailed] = useState<string[]>([]);

  const decide = async () => {
    if (!verb) return;
    const problems: string[] = [];
    setDone(0);
    let count = 0;
    for (const row of rows) {
      try {
        const body =
          verb === "approve"
            ? { decision: verb, hash: row.hash, ...(reason ? { reason } : {}) }
            : { decision: verb, hash: row.hash, reason };
        await must(
          api.POST("/v1/approvals/{approval_id}/decisions", {
            params: { path: { approval_id: row.id }, header: { "Idempotency-Key": newKey() } },
            body,
          }),
        );
      } catch (error) {
        const told = wordsOf(error, say);
        problems.push(`${row.sentence}: ${told.title}. ${told.detail}`);
      }
      count += 1;
      setDone(count);
    }
    await queries.invalidateQueries({ queryKey: ["approvals"] });
    setDone(null);
    setFailed(problems);
    if (problems.length === 0) onDone();
  };

  return (
    <Paper
      withBorder
      p="sm"
      component="section"
      aria-label={say("batch.title", { count: rows.length })}
    >
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {say("batch.title", { count: rows.length })}
        </Text>
        {verb === null ? (
          <Group gap="sm" grow>
            <Button variant="default" onClick={() => setVerb("approve")}>
              {say("batch.approve", { count: rows.length })}
            </Button>
            <Button variant="default" onClick={() => setVerb("reject")}>
              {say("batch.reject", { count: rows.length })}
            </Button>
          </Group>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void decide();
            }}
          >
            <Stack gap="xs">
              <TextInput
                autoFocus
                label={say(verb === "reject" ? "request.reason.needed" : "request.reason")}
                required={verb === "reject"}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              <Group gap="sm" grow>
                <Button type="submit" loading={done !== null}>
                  {say(`batch.${verb}`, { count: rows.length })}
                </Button>
                <Button variant="default" onClick={() => setVerb(null)} disabled={done !== null}>
                  {say("request.back")}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
        {done !== null && (
          <Progress value={(100 * done) / rows.length} aria-label={say("batch.progress")} />
        )}
        {failed.length > 0 && (
          <Alert color="red" title={say("batch.failed", { count: failed.length })} role="alert">
            {failed.map((one) => (
              <Text size="sm" key={one}>
                {one}
              </Text>
            ))}
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
