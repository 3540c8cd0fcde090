// Ways to reach people outside of the console. There are none yet, and this page says so.

import { Stack, Text } from "@mantine/core";
import { useSay } from "../../texts";
import { Head, Note } from "../../ui/board";

export default function ChannelsPage() {
  const say = useSay();
  return (
    <Stack gap="md">
      <Head title={say("channels.title")} />
      <Note>{say("channels.none")}</Note>
      <Text size="sm" c="dimmed">
        {say("channels.meanwhile")}
      </Text>
    </Stack>
  );
}
