// Which lines two texts have in common: Myers' way, up to a bound; beyond it all of the middle is
// told as changed, which is true as well.

export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
}

const MOST_STEPS = 2000;

export function diffOf(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  )
    end += 1;
  const same = (text: string): Line => ({ kind: "same", text });
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

function middle(a: string[], b: string[]): Line[] {
  const removed = (text: string): Line => ({ kind: "removed", text });
  const added = (text: string): Line => ({ kind: "added", text });
  const most = a.length + b.length;
  if (most > MOST_STEPS) return [...a.map(removed), ...b.map(added)];
  // reach[k]: how far into `a` one comes on the diagonal k with d changes.
  let reach = new Map<number, number>([[1, 0]]);
  const steps: Map<number, number>[] = [];
  for (let d = 0; d <= most; ++d) {
    steps.push(new Map(reach));
    const next = new Map(reach);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walk(a, b, steps, d);
    }
    reach = next;
  }
  return [...a.map(removed), ...b.map(added)];
}

function walk(a: string[], b: string[], steps: Map<number, number>[], changes: number): Line[] {
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = changes; d > 0; --d) {
    const reach = steps[d] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const fromX = reach.get(from) ?? 0;
    const fromY = fromX - from;
    while (x > fromX + (down ? 0 : 1) && y > fromY + (down ? 1 : 0)) {
      x -= 1;
      y -= 1;
      lines.push({ kind: "same", text: a[x] as string });
    }
    if (down) lines.push({ kind: "added", text: b[fromY] as string });
    else lines.push({ kind: "removed", text: a[fromX] as string });
    x = fromX;
    y = fromY;
  }
  while (x > 0 && y > 0) {
    x -= 1;
    y -= 1;
    lines.push({ kind: "same", text: a[x] as string });
  }
  return lines.reverse();
}
