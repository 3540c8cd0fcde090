// What went wrong, what was kept, what to do.

import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { ApiProblem, Unreachable } from "../api/client";
import { type Say, useSay } from "../texts";
import { visible } from "./visible";

export function wordsOf(
  error: unknown,
  say: Say,
): { title: string; detail: string; page?: string } {
  if (error instanceof Unreachable)
    return { title: say("trouble.unreachable"), detail: say("trouble.unreachable.detail") };
  if (error instanceof ApiProblem) {
    const { title, detail, type } = error.problem;
    return { title, detail: visible(detail), page: type.startsWith("/docs/") ? type : undefined };
  }
  return { title: say("trouble.unknown"), detail: error instanceof Error ? error.message : "" };
}

export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const say = useSay();
  const { title, detail, page } = wordsOf(error, say);
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      {detail && <Text size="sm">{detail}</Text>}
      <Group gap="sm" mt={6}>
        {again && (
          <Button size="compact-sm" variant="default" onClick={again}>
            {say("trouble.again")}
          </Button>
        )}
        {page && (
          <Anchor size="sm" href={page} target="_blank" rel="noreferrer">
            {say("trouble.more")}
          </Anchor>
        )}
      </Group>
    </Alert>
  );
}
