// What the call would be done with, as the server made it from what the decision is bound to.

import { Button, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { useSay } from "../../texts";

type Fact = Schemas["Fact"];

function FactText({ fact }: { fact: Fact }) {
  const say = useSay();
  const [all, setAll] = useState(false);
  const folded = fact.folded && !all;
  const text = folded ? [...fact.text].slice(0, fact.folded?.shown).join("") : fact.text;
  return (
    <>
      <bdi className="f-text">{text}</bdi>
      {folded && "… "}
      {fact.folded && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => setAll(!all)}
          aria-expanded={all}
        >
          {all
            ? say("request.fold")
            : say("request.unfold", {
                characters: fact.folded.characters,
                lines: fact.folded.lines,
              })}
        </Button>
      )}
      {fact.exact !== undefined && fact.exact !== fact.text && (
        <Text size="xs" c="dimmed" ff="monospace">
          {fact.exact}
        </Text>
      )}
      {fact.notes?.map((note) => (
        <Text size="xs" key={note} style={{ color: "var(--fermata-waiting)" }}>
          ⚠ {note}
        </Text>
      ))}
    </>
  );
}

function rows(facts: Fact[], depth: number): ReactNode[] {
  return facts.flatMap((fact) => [
    <tr key={fact.pointer}>
      <th scope="row" style={{ paddingInlineStart: 8 + depth * 16 }}>
        <bdi>{fact.label}</bdi>
      </th>
      <td data-type={fact.type}>
        <FactText fact={fact} />
      </td>
    </tr>,
    ...rows(fact.children ?? [], depth + 1),
  ]);
}

export function Facts({ facts }: { facts: Fact[] }) {
  const say = useSay();
  if (facts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {say("request.noArguments")}
      </Text>
    );
  return (
    <table className="f-facts" aria-label={say("request.facts")}>
      <tbody>{rows(facts, 0)}</tbody>
    </table>
  );
}

export function Changes({ changes }: { changes: NonNullable<Schemas["ViewChanges"]> }) {
  const say = useSay();
  return (
    <>
      <Text size="sm" fw={600} mt="sm">
        {say(`request.changes.${changes.against}`)}
      </Text>
      <table className="f-facts" aria-label={say(`request.changes.${changes.against}`)}>
        <tbody>
          {changes.rows.map((row) => (
            <tr key={row.pointer}>
              <th scope="row">
                <bdi>{row.label}</bdi>
                <Text size="xs" component="span" c="dimmed">
                  {" "}
                  {say(`request.change.${row.kind}`)}
                </Text>
              </th>
              <td>
                {row.before !== undefined && (
                  <del className="f-removed">
                    <bdi className="f-text">{row.before}</bdi>
                  </del>
                )}{" "}
                {row.after !== undefined && (
                  <ins className="f-added">
                    <bdi className="f-text">{row.after}</bdi>
                  </ins>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.cut && <Text size="xs">{say("request.changes.cut")}</Text>}
    </>
  );
}
