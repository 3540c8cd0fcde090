// A secret that is shown once: to be copied now.

import { Alert, Button, Group, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useSay } from "../../texts";

export function Once({ title, secret, onDone }: { title: string; secret: string; onDone(): void }) {
  const say = useSay();
  const clipboard = useClipboard();
  return (
    <Alert color="yellow" variant="light" title={title} role="status">
      <Text size="sm">{say("people.once")}</Text>
      <Text ff="monospace" size="sm" my="xs" style={{ overflowWrap: "anywhere" }} dir="ltr">
        {secret}
      </Text>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => clipboard.copy(secret)}>
          {say(clipboard.copied ? "people.copied" : "people.copy")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onDone}>
          {say("people.put.away")}
        </Button>
      </Group>
    </Alert>
  );
}
