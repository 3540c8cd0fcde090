// Whether a history is whole, computed here, and all of it as a file.

import { Alert, Button, Group, Progress, Stack, Text, TextInput, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, itemsOf, must } from "../../api/client";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Trouble } from "../../ui/trouble";
import { type Entry, type Verdict, Verifier } from "./verify";

const PAGE = 200;

async function* recordsOf(workflow: string) {
  for (let after = 0; ; ) {
    const page = await must(
      api.GET("/v1/workflows/{workflow_id}/records", {
        params: { path: { workflow_id: workflow }, query: { after, limit: PAGE } },
      }),
    );
    const entries = itemsOf<Entry>(page);
    yield entries;
    const last = entries.at(-1);
    if (!page.has_more || !last) return;
    after = last.version;
  }
}

function save(name: string, lines: string[]) {
  const url = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function Check({ start }: { start: string }) {
  const say = useSay();
  const go = useNavigate();
  const { session } = useSession();
  const [id, setId] = useState(start);
  const [seen, setSeen] = useState<number | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  const run = async (act: (entries: Entry[]) => Promise<void>) => {
    setTrouble(null);
    setVerdict(null);
    setSeen(0);
    void go({ to: "/audit", replace: true, search: { workflow: id } as never });
    try {
      let count = 0;
      for await (const entries of recordsOf(id.trim())) {
        await act(entries);
        count += entries.length;
        setSeen(count);
      }
    } catch (error) {
      setTrouble(error);
      throw error;
    } finally {
      setSeen(null);
    }
  };
  const verify = async () => {
    // Whose history it is, is known here and not taken from the answer.
    const verifier = new Verifier(session?.tenant ?? "", id.trim());
    await run((entries) => verifier.take(entries));
    setVerdict(verifier.verdict());
  };
  const download = async () => {
    const lines: string[] = [];
    await run(async (entries) => {
      for (const one of entries) lines.push(`${JSON.stringify(one)}\n`);
    });
    save(`${id.trim()}.ndjson`, lines);
  };
  return (
    <Stack gap="sm" component="section" aria-label={say("audit.check")}>
      <Title order={2} size="h4">
        {say("audit.check")}
      </Title>
      <Text size="sm">{say("audit.check.detail")}</Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          verify().catch(() => {});
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label={say("audit.workflow")}
            placeholder="wf_…"
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            w={300}
            maxLength={64}
          />
          <Button type="submit" disabled={id.trim() === "" || seen !== null}>
            {say("audit.verify")}
          </Button>
          <Button
            variant="default"
            disabled={id.trim() === "" || seen !== null}
            onClick={() => void download().catch(() => {})}
          >
            {say("audit.export")}
          </Button>
        </Group>
      </form>
      {seen !== null && (
        <div role="status">
          <Progress value={100} animated aria-label={say("audit.reading", { count: seen })} />
          <Text size="sm">{say("audit.reading", { count: seen })}</Text>
        </div>
      )}
      {trouble !== null && <Trouble error={trouble} />}
      {verdict && (
        <Alert
          role="status"
          color={verdict.fault ? "red" : "green"}
          variant="light"
          title={
            verdict.fault
              ? `✗ ${say(`audit.fault.${verdict.fault}`, { at: verdict.at })}`
              : `✓ ${say("audit.whole", { count: verdict.records })}`
          }
        >
          <Text size="sm">{say(verdict.fault ? "audit.fault.detail" : "audit.whole.detail")}</Text>
          <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }} dir="ltr">
            {verdict.head}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}
