// Each state has its own sign, word and colour.

import { useSay } from "../texts";

const SIGNS: Record<string, { sign: string; colour: string }> = {
  pending: { sign: "◷", colour: "waiting" },
  waiting: { sign: "◷", colour: "waiting" },
  ready: { sign: "▷", colour: "you" },
  running: { sign: "▶", colour: "you" },
  approved: { sign: "✓", colour: "good" },
  answered: { sign: "✓", colour: "good" },
  completed: { sign: "✓", colour: "good" },
  rejected: { sign: "✗", colour: "bad" },
  failed: { sign: "✗", colour: "bad" },
  ignored: { sign: "↷", colour: "still" },
  expired: { sign: "⌛", colour: "still" },
  cancelled: { sign: "⊘", colour: "still" },
  superseded: { sign: "⇢", colour: "still" },
};

export function State({ of }: { of: string }) {
  const say = useSay();
  const { sign, colour } = SIGNS[of] ?? { sign: "•", colour: "still" };
  return (
    <span style={{ color: `var(--fermata-${colour})`, fontWeight: 600, whiteSpace: "nowrap" }}>
      <span aria-hidden="true">{sign} </span>
      {SIGNS[of] ? say(`state.${of}`) : of}
    </span>
  );
}
