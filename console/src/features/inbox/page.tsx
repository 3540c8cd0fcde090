// The inbox: what waits, with the chosen request beside it where there is room.

import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue, useDisclosure, useMediaQuery } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useNow } from "../../api/clock";
import { useSession } from "../../api/session";
import { useSay } from "../../texts";
import { Ago, Countdown } from "../../ui/time";
import { Trouble } from "../../ui/trouble";
import { Sentence } from "../request/sentence";
import { RequestView } from "../request/view";
import { Batch } from "./batch";
import { filterFrom, grouped, isFor, type Row, useRows, type Whose } from "./data";
import { EmptyInbox } from "./empty";
import { useKeys } from "./keys";

type Line = { heading: string; count: number } | { row: Row };

function Dots({ row }: { row: Row }) {
  const say = useSay();
  return (
    <span>
      {row.needed.map((one) => (
        <span
          key={one.name}
          role="img"
          aria-label={say("inbox.needed", { given: one.given, of: one.approve, who: one.name })}
          title={say("inbox.needed", { given: one.given, of: one.approve, who: one.name })}
          style={{ letterSpacing: 1, marginInlineEnd: 6 }}
        >
          {one.approve > 6
            ? `${one.given}/${one.approve}`
            : "●".repeat(Math.min(one.given, one.approve)) +
              "○".repeat(Math.max(0, one.approve - one.given))}
        </span>
      ))}
    </span>
  );
}

function RowView(props: {
  row: Row;
  current: boolean;
  chosen: boolean;
  onChoose(on: boolean): void;
  onOpen(): void;
}) {
  const { row, current, chosen, onChoose, onOpen } = props;
  const say = useSay();
  return (
    <Group gap={0} wrap="nowrap" align="stretch" role="listitem">
      <Checkbox
        size="xs"
        p={12}
        checked={chosen}
        disabled={row.hasForm || row.risk}
        aria-label={say("inbox.choose", { what: row.sentence })}
        onChange={(event) => onChoose(event.currentTarget.checked)}
      />
      <button
        type="button"
        className="f-row"
        aria-current={current || undefined}
        onClick={onOpen}
        tabIndex={current ? 0 : -1}
        data-row={row.id}
      >
        <span className="f-two-lines" style={{ fontWeight: 500 }}>
          <Sentence parts={row.parts} />
        </span>
        <Countdown deadline={row.deadline} frozen={row.frozen} />
        <Text component="span" size="sm" c="dimmed" className="f-clip">
          {row.agent} · <Ago time={row.createdAt} />
          {row.equal > 0 && ` · ${say("inbox.equal", { count: row.equal })}`}
          {row.claimedBy && ` · ${say("inbox.claimed", { who: row.claimedBy })}`}
          {row.risk && (
            <Text component="span" size="sm" fw={600} style={{ color: "var(--fermata-waiting)" }}>
              {` · ⚠ ${say("inbox.risk")}`}
            </Text>
          )}
        </Text>
        <Text component="span" size="sm">
          <Dots row={row} />
        </Text>
      </button>
    </Group>
  );
}

function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const say = useSay();
  return (
    <Modal opened={opened} onClose={onClose} title={say("inbox.keys")}>
      <Table>
        <Table.Tbody>
          {["j", "k", "Enter", "a", "r", "e", "c", "x", "/", "Ctrl K", "?"].map((key) => (
            <Table.Tr key={key}>
              <Table.Td w={90}>
                <kbd>{key}</kbd>
              </Table.Td>
              <Table.Td>{say(`inbox.key.${key}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

export default function InboxPage() {
  const say = useSay();
  const now = useNow();
  const go = useNavigate();
  const wide = useMediaQuery("(min-width: 1024px)") ?? true;
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const filter = filterFrom(search);
  const { session } = useSession();
  const isPerson = session?.kind === "person";
  const whose: Whose = isPerson ? filter.whose : "all";
  const { rows: read, query, complete } = useRows(whose === "all");
  const rows = useDeferredValue(read); // Sorting thousands of them interrupts nobody.
  const [words, setWords] = useState(filter.words);
  const [settled] = useDebouncedValue(words, 150);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [help, helping] = useDisclosure(false);
  const list = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);

  const minute = Math.floor(now / 15_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: groups change with the minute.
  const groups = useMemo(
    () =>
      grouped(
        rows.filter((row) => isFor(row, { ...filter, whose }, session?.id ?? "")),
        now,
      ),
    [rows, whose, filter.words, filter.agent, filter.kind, session?.id, minute],
  );
  const lines = useMemo<Line[]>(
    () =>
      groups.flatMap((group) => [
        { heading: group.urgency, count: group.rows.length },
        ...group.rows.map((row) => ({ row })),
      ]),
    [groups],
  );
  const shown = useMemo(() => lines.flatMap((one) => ("row" in one ? [one.row] : [])), [lines]);
  const asked = typeof search.id === "string" ? search.id : "";
  const current = shown.find((row) => row.id === asked) ?? (wide ? shown[0] : undefined);
  const agents = useMemo(() => [...new Set(rows.map((row) => row.agent))].sort(), [rows]);

  const set = (changes: Record<string, string>) =>
    void go({
      to: "/inbox",
      replace: true,
      search: ((before: Record<string, unknown>) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ""),
        )) as never,
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed goes into the address.
  useEffect(() => {
    if (settled !== filter.words) set({ q: settled });
  }, [settled]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => list.current,
    estimateSize: (index) => ("row" in (lines[index] as Line) ? 66 : 34),
    getItemKey: (index) => {
      const line = lines[index] as Line;
      return "row" in line ? line.row.id : line.heading;
    },
    overscan: 8,
  });
  const open = (row: Row) =>
    wide ? set({ id: row.id }) : void go({ to: `/approvals/${row.id}` as never });
  const step = (by: number) => {
    const at = current ? shown.indexOf(current) : -1;
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
    if (!next) return;
    set({ id: next.id });
    virtual.scrollToIndex(lines.findIndex((line) => "row" in line && line.row.id === next.id));
  };
  const choose = (row: Row, on: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      if (on) next.add(row.id);
      else next.delete(row.id);
      return next;
    });
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      if (current && !current.hasForm && !current.risk) choose(current, !chosen.has(current.id));
    },
    "/": () => searchBox.current?.focus(),
    "?": helping.open,
    Enter: () => current && !wide && open(current),
  });
  const picked = shown.filter((row) => chosen.has(row.id));

  return (
    <div className="f-two">
      <Stack gap="sm" miw={0}>
        <Title order={1} size="h3">
          {say("inbox.title")}
        </Title>
        {isPerson && (
          <SegmentedControl
            aria-label={say("inbox.whose")}
            value={filter.whose}
            onChange={(value) => set({ whose: value === "me" ? "" : value, id: "" })}
            data={(["me", "groups", "all"] as const).map((value) => ({
              value,
              label: say(`inbox.whose.${value}`),
            }))}
          />
        )}
        <Group gap="xs" wrap="nowrap">
          <TextInput
            ref={searchBox}
            aria-label={say("inbox.search")}
            placeholder={say("inbox.search")}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            flex={1}
            miw={0}
          />
          <Select
            aria-label={say("inbox.agent")}
            placeholder={say("inbox.agent")}
            data={agents}
            value={filter.agent || null}
            onChange={(value) => set({ agent: value ?? "" })}
            clearable
            searchable
            w={130}
          />
          <Button variant="default" px="xs" onClick={helping.open} aria-label={say("inbox.keys")}>
            ?
          </Button>
        </Group>
        {query.isError && <Trouble error={query.error} again={() => void query.refetch()} />}
        {query.isPending ? (
          <Stack gap="xs" role="status" aria-label={say("app.loading")}>
            {[1, 2, 3, 4, 5].map((n) => (
              <Skeleton key={n} h={58} />
            ))}
          </Stack>
        ) : lines.length === 0 ? (
          <EmptyInbox filtered={filter.words !== "" || filter.agent !== "" || filter.kind !== ""} />
        ) : (
          <div className="f-list f-focus" ref={list} role="list" aria-label={say("inbox.title")}>
            <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
              {virtual.getVirtualItems().map((item) => {
                const line = lines[item.index] as Line;
                return (
                  <div
                    key={item.key}
                    ref={virtual.measureElement}
                    data-index={item.index}
                    style={{
                      position: "absolute",
                      insetInlineStart: 0,
                      top: 0,
                      width: "100%",
                      transform: `translateY(${item.start}px)`,
                    }}
                  >
                    {"row" in line ? (
                      <RowView
                        row={line.row}
                        current={line.row.id === current?.id}
                        chosen={chosen.has(line.row.id)}
                        onChoose={(on) => choose(line.row, on)}
                        onOpen={() => open(line.row)}
                      />
                    ) : (
                      <Text size="xs" fw={600} c="dimmed" px={12} py={8} role="presentation">
                        {say(`inbox.urgency.${line.heading}`)} · {line.count}
                      </Text>
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        )}
        {!complete && !query.isError && (
          <Text size="xs" c="dimmed" role="status">
            {say("inbox.more", { count: rows.length })}
          </Text>
        )}
        {picked.length > 0 && <Batch rows={picked} onDone={() => setChosen(new Set())} />}
      </Stack>
      <section className="f-detail" aria-label={say("inbox.detail")}>
        {wide && current && (
          <RequestView key={current.id} id={current.id} onDecided={() => step(1)} />
        )}
        {wide && !current && !query.isPending && lines.length > 0 && (
          <Alert color="gray">{say("inbox.pick")}</Alert>
        )}
      </section>
      <Help opened={help} onClose={helping.close} />
    </div>
  );
}
