import type { Approval } from "../../api/client";
import { visible } from "../../ui/visible";

type Part = { text: string; kind: string };

export function partsOf(one: Pick<Approval, "view" | "title" | "action">): Part[] {
  return one.view?.sentence ?? [{ text: visible(one.title || one.action), kind: "text" }];
}

export function sentenceText(one: Pick<Approval, "view" | "title" | "action">): string {
  return partsOf(one)
    .map((part) => part.text)
    .join("");
}

// The parts have no space between them but their own. What a value says stands in its own direction,
// and the sentence in that of its words, whatever the page's is.
export function Sentence({ parts }: { parts: Part[] }) {
  let at = 0;
  return (
    <bdi>
      {parts.map((part) =>
        part.kind === "text" ? (
          <span key={`${at++}`}>{part.text}</span>
        ) : (
          <bdi key={`${at++}`} className={part.kind}>
            {part.text}
          </bdi>
        ),
      )}
    </bdi>
  );
}
