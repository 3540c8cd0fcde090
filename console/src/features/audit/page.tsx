// What happened, to whatever it happened, and whether its history is whole.

import { Anchor, Stack, Text } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { useSay } from "../../texts";
import { Head } from "../../ui/board";
import { Check } from "./check";
import { Found } from "./found";

export default function AuditPage() {
  const say = useSay();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const asked = typeof search.workflow === "string" ? search.workflow : "";
  return (
    <Stack gap="xl">
      <Head title={say("audit.title")} />
      <Check start={asked} />
      <Text size="sm">
        <Anchor component={Link} to="/workflows">
          {say("audit.find")}
        </Anchor>
      </Text>
      <Found />
    </Stack>
  );
}
