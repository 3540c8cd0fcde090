// Signing in with a key, or with a link that works once (/sign-in#link=...).

import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useSession } from "../api/session";
import { useSay } from "../texts";
import { Mark } from "./mark";
import { wordsOf } from "./trouble";

// The link's secret leaves the address bar before anything else happens.
function takeLink(): string {
  const link = new URLSearchParams(location.hash.slice(1)).get("link") ?? "";
  if (link) history.replaceState(history.state, "", location.pathname + location.search);
  return link;
}

export function SignInForm({ autoFocus = true }: { autoFocus?: boolean }) {
  const say = useSay();
  const { signIn } = useSession();
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const link = useRef<string | null>(null);

  const enter = async (proof: { key: string } | { link: string }) => {
    setBusy(true);
    setError(null);
    try {
      await signIn(proof);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is used once.
  useEffect(() => {
    if (link.current !== null) return;
    link.current = takeLink();
    if (link.current) void enter({ link: link.current });
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) void enter({ key: key.trim() });
  };
  const told = error ? wordsOf(error, say) : null;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <PasswordInput
          label={say("signIn.key")}
          description={say("signIn.key.help")}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="current-password"
          data-autofocus={autoFocus || undefined}
          autoFocus={autoFocus}
        />
        {told && (
          <Alert color="red" title={told.title} role="alert">
            {told.detail}
          </Alert>
        )}
        <Button type="submit" loading={busy}>
          {say("signIn.do")}
        </Button>
      </Stack>
    </form>
  );
}

export function SignInPage() {
  const say = useSay();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w={420} maw="100%">
        <Stack gap="md">
          <Title order={1} size="h3">
            <Text span c="indigo" aria-hidden="true" me={8} style={{ verticalAlign: "middle" }}>
              <Mark size={28} />
            </Text>
            {say("signIn.title")}
          </Title>
          <SignInForm />
        </Stack>
      </Paper>
    </Center>
  );
}
