// What the pages that show many things have in common: heading, table, one thing's fields, text that
// came from elsewhere, and a question before something is done.

import "./board.css";
import {
  Alert,
  Box,
  Button,
  Group,
  Modal,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { ExactNumber } from "../api/exact";
import { useSay } from "../texts";
import { Trouble } from "./trouble";

// Characters that show nothing, or change how others are shown.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/gu;

export function visible(text: string): string {
  return text.replace(UNSEEN, (one) =>
    one === "\n" || one === "\t"
      ? one
      : `‹U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`,
  );
}

// JSON as it is read best; numbers are kept as they were written.
export function pretty(value: unknown): string {
  const marked = JSON.stringify(
    value,
    (_key, one: unknown) => (one instanceof ExactNumber ? `\u0000${one.source}\u0000` : one),
    2,
  );
  return visible((marked ?? "null").replace(/"\\u0000([-+0-9.eE]+)\\u0000"/g, "$1"));
}

const FOLDED = 4000;

export function Json({ value, label }: { value: unknown; label: string }) {
  const say = useSay();
  const [all, setAll] = useState(false);
  const text = pretty(value);
  const folded = text.length > FOLDED && !all;
  return (
    <Box>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
      <pre className="f-json" dir="ltr" tabIndex={0} aria-label={label} role="group">
        {folded ? `${text.slice(0, FOLDED)}…` : text}
      </pre>
      {text.length > FOLDED && (
        <Button size="compact-xs" variant="default" onClick={() => setAll(!all)}>
          {say(all ? "board.less" : "board.more", { count: text.length })}
        </Button>
      )}
    </Box>
  );
}

export function Head({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Fermata`;
  }, [title]);
  return (
    <Group justify="space-between" align="center" gap="sm">
      <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
        {title}
      </Title>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}

export function Loading() {
  const say = useSay();
  return (
    <Stack gap="xs" role="status" aria-label={say("app.loading")}>
      {[1, 2, 3, 4].map((n) => (
        <Skeleton key={n} h={38} />
      ))}
    </Stack>
  );
}

interface OnePage {
  items: unknown[];
  next_cursor: string | null;
}

// A list of the server's, page after page.
export function usePages<One>(queryKey: QueryKey, read: (cursor?: string) => Promise<OnePage>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const items = (query.data?.pages ?? []).flatMap((page) => page.items as One[]);
  return { items, query };
}

interface Paged {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch(): unknown;
  fetchNextPage(): unknown;
}

interface Sheet {
  label: string;
  heads: string[];
  rows: { key: string; cells: ReactNode[] }[];
}

// On a narrow screen it scrolls by itself, not the page.
function Rows({ label, heads, rows }: Sheet) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
    <div className="f-scroll" tabIndex={0} role="group" aria-label={label}>
      <Table fz="sm" verticalSpacing={6} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              {row.cells.map((cell, n) => (
                <Table.Td key={heads[n]} data-label={heads[n]}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

// Rows under their headings, page after page. A page without any may be followed by others.
export function Listing(props: Sheet & { query: Paged; empty: string }) {
  const { label, heads, rows, query, empty } = props;
  const say = useSay();
  if (query.isError) return <Trouble error={query.error} again={() => void query.refetch()} />;
  if (query.isPending) return <Loading />;
  return (
    <>
      {rows.length === 0 ? (
        <Text c="dimmed" py="lg">
          {empty}
        </Text>
      ) : (
        <Rows label={label} heads={heads} rows={rows} />
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {say("board.next")}
        </Button>
      )}
    </>
  );
}

// Something is done only here, by its own verb; what went wrong is said, and what was typed stays.
export function Ask(props: {
  title: string;
  verb: string;
  danger?: boolean;
  disabled?: boolean;
  onClose(): void;
  act(): Promise<unknown>;
  children: ReactNode;
}) {
  const { title, verb, danger, disabled, onClose, act, children } = props;
  const say = useSay();
  const [trouble, setTrouble] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      await act();
      onClose();
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ "aria-label": say("board.close") }}
      attributes={{ header: { role: "presentation" } }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Stack gap="sm">
          {children}
          {trouble !== null && <Trouble error={trouble} />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {say("board.back")}
            </Button>
            <Button
              type="submit"
              color={danger ? "red.8" : undefined}
              loading={busy}
              disabled={disabled}
            >
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function Note({ children }: { children: ReactNode }) {
  return (
    <Alert color="gray" variant="light" role="note">
      <Text size="sm">{children}</Text>
    </Alert>
  );
}
