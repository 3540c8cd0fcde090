// What /metrics says, read: plain figures, and how long requests took by the buckets they fell into.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function samplesOf(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const found = line.startsWith("#") ? null : LINE.exec(line);
    if (!found) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (found[2] ?? "").matchAll(LABEL))
      labels[name as string] = (value as string).replace(/\\(["\\])/g, "$1");
    const value = found[3] === "+Inf" ? Number.POSITIVE_INFINITY : Number(found[3]);
    samples.push({ name: found[1] as string, labels, value });
  }
  return samples;
}

export function figure(samples: Sample[], name: string): number | undefined {
  return samples.find((one) => one.name === name)?.value;
}

export interface Latency {
  route: string;
  count: number;
  p50: number | null; // Seconds; at most so long. null: longer than the last bucket.
  p95: number | null;
  p99: number | null;
}

const DURATION = "http_server_request_duration_seconds";

export function latenciesOf(samples: Sample[]): Latency[] {
  const buckets = new Map<string, Map<number, number>>();
  for (const { name, labels, value } of samples) {
    if (name !== `${DURATION}_bucket`) continue;
    const route = `${labels.method} ${labels.route}`;
    const le = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
    const all = buckets.get(route) ?? new Map<number, number>();
    all.set(le, (all.get(le) ?? 0) + value);
    buckets.set(route, all);
  }
  return [...buckets]
    .map(([route, all]) => {
      const sorted = [...all].sort(([a], [b]) => a - b);
      const count = sorted.at(-1)?.[1] ?? 0;
      const within = (share: number) => {
        const le = sorted.find(([, n]) => n >= share * count)?.[0];
        return le === undefined || le === Number.POSITIVE_INFINITY ? null : le;
      };
      return { route, count, p50: within(0.5), p95: within(0.95), p99: within(0.99) };
    })
    .filter((one) => one.count > 0)
    .sort((a, b) => b.count - a.count);
}

// What happened per second between two readings; null before there are two, or after a restart.
export function rateOf(before: [number, number] | undefined, now: [number, number]): number | null {
  if (!before || now[1] < before[1] || now[0] <= before[0]) return null;
  return (1000 * (now[1] - before[1])) / (now[0] - before[0]);
}
