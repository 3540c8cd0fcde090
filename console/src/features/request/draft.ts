// What somebody has typed and not sent is kept in this browser until it is sent, however the page
// goes away. It belongs to one person and to what they were shown.

import { useEffect, useState } from "react";

const PREFIX = "fermata.draft.";
const KEPT_MS = 7 * 24 * 3600_000;

interface Kept {
  at: number;
  value: unknown;
}

function read(key: string): unknown {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") as Kept | null;
    return kept && Date.now() - kept.at < KEPT_MS ? kept.value : undefined;
  } catch {
    return undefined;
  }
}

export function tidyDrafts(): void {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(PREFIX) && read(key.slice(PREFIX.length)) === undefined)
      localStorage.removeItem(key);
}

export function useDraft<T>(key: string, empty: T): [T, (value: T) => void, () => void] {
  const [value, setValue] = useState<T>(() => (read(key) as T | undefined) ?? empty);
  useEffect(() => tidyDrafts(), []);
  const keep = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), value: next }));
    } catch {
      // Full or forbidden: it is on the page still.
    }
  };
  const drop = () => {
    setValue(empty);
    localStorage.removeItem(PREFIX + key);
  };
  return [value, keep, drop];
}
