import type { Approval } from "../../api/client";

// Where the policy wants two people, or the agent says itself that it is risky, what it is about is
// typed before it is approved. An agent can only add to that.
export function isHighRisk(one: Pick<Approval, "thresholds" | "metadata" | "kind">): boolean {
  if (one.kind !== "call") return false;
  const said = (one.metadata as Record<string, unknown> | null)?.risk;
  return said === "high" || one.thresholds.some((each) => !each.veto && each.approve > 1);
}

interface Shown {
  target?: string;
  action: string;
  view?: { facts?: { type: string; text: string; exact?: string | null }[] };
}

// What has to be typed: the target, else the first amount, else the tool's name.
export function toType(one: Shown): string {
  if (one.target) return one.target;
  const amount = one.view?.facts?.find((fact) => fact.type === "money" || fact.type === "number");
  return (amount?.exact || amount?.text) ?? one.action;
}

export function isTyped(wanted: string, typed: string): boolean {
  const plain = (text: string) => text.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
  return plain(wanted) === plain(typed);
}
