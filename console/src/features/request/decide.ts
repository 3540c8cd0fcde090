// Sending one decision. The key that makes it happen once belongs to what is sent: a second try of
// the same after a lost answer is the same decision.

import { useRef, useState } from "react";
import { type Approval, api, must, newKey, type Schemas } from "../../api/client";
import { useTake } from "./data";

export type Decision = Schemas["Decision"];

export function useDecide(id: string, onDone: (now: Approval) => void) {
  const take = useTake(id);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const sent = useRef({ what: "", key: "" });
  const decide = async (decision: Decision): Promise<boolean> => {
    const what = JSON.stringify(decision, (_key, value: unknown) => String(value) && value);
    if (sent.current.what !== what) sent.current = { what, key: newKey() };
    setBusy(true);
    setError(null);
    try {
      const now = await must(
        api.POST("/v1/approvals/{approval_id}/decisions", {
          params: { path: { approval_id: id }, header: { "Idempotency-Key": sent.current.key } },
          body: decision,
        }),
      );
      take(now as Approval);
      onDone(now as Approval);
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { decide, busy, error, clear: () => setError(null) };
}
