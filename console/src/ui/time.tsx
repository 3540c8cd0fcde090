// Times in words, with the exact one for whoever looks.

import { useIntl } from "react-intl";
import { useNow } from "../api/clock";
import { useSay } from "../texts";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export function useAgo(): (time: string, now: number) => string {
  const intl = useIntl();
  return (time, now) => {
    const seconds = Math.round((Date.parse(time) - now) / 1000);
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
    return intl.formatRelativeTime(Math.trunc(seconds / size), unit, { numeric: "auto" });
  };
}

export function useExact(): (time: string) => string {
  const intl = useIntl();
  return (time) => intl.formatDate(time, { dateStyle: "full", timeStyle: "long" });
}

export function Ago({ time }: { time: string }) {
  const now = useNow();
  const ago = useAgo();
  const exact = useExact();
  return (
    <time dateTime={time} title={exact(time)}>
      {ago(time, now)}
    </time>
  );
}

// 2 d 3 h, 3:07:09, 4:09
export function left(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  if (s >= 86_400) return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
  const minutes = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${minutes}` : minutes.replace(/^0/, "");
}

export type Urgency = "now" | "soon" | "today" | "later" | "never";
export function urgency(deadline: string | null, now: number): Urgency {
  if (!deadline) return "never";
  const ms = Date.parse(deadline) - now;
  if (ms < 15 * 60_000) return "now";
  if (ms < 2 * 3600_000) return "soon";
  return ms < 24 * 3600_000 ? "today" : "later";
}

export function Countdown({ deadline, frozen }: { deadline: string | null; frozen?: boolean }) {
  const now = useNow();
  const exact = useExact();
  const say = useSay();
  if (frozen) return <span style={{ color: "var(--fermata-still)" }}>❄ {say("time.frozen")}</span>;
  if (!deadline) return <span style={{ color: "var(--fermata-still)" }}>{say("time.open")}</span>;
  const ms = Date.parse(deadline) - now;
  const near = urgency(deadline, now) === "now";
  return (
    <time
      dateTime={deadline}
      title={exact(deadline)}
      style={near ? { color: "var(--fermata-bad)", fontWeight: 600 } : undefined}
    >
      <span aria-hidden="true">◷ </span>
      {ms <= 0 ? say("time.over") : left(ms)}
    </time>
  );
}
