// The server's clock: what is left of a deadline must not depend on how this device's clock is set.

import { useEffect, useState } from "react";

let aheadMs = 0;

export function setServerTime(now: string): void {
  const told = Date.parse(now);
  if (!Number.isNaN(told)) aheadMs = told - Date.now();
}

export function serverNow(): number {
  return Date.now() + aheadMs;
}

const watching = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

// The time now, once a second, for as many who look as there are.
export function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const tick = () => setNow(serverNow());
    watching.add(tick);
    ticking ??= setInterval(() => {
      for (const one of watching) one();
    }, 1000);
    return () => {
      watching.delete(tick);
      if (watching.size > 0) return;
      clearInterval(ticking);
      ticking = undefined;
    };
  }, []);
  return now;
}
