// Changing the arguments: what is text stays text, numbers stay numbers, all else is JSON.

import { Button, Group, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { ExactNumber, keepsNumbers, readJson, writeJson } from "../../api/exact";
import { useSay } from "../../texts";
import { visible } from "../../ui/visible";

type Arguments = Record<string, unknown>;

export function written(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof ExactNumber) return value.source;
  return JSON.stringify(
    value,
    (_key, one: unknown) => (one instanceof ExactNumber ? one.source : one),
    2,
  );
}

// undefined: it is no value of this type.
export function readAs(before: unknown, text: string): unknown {
  if (typeof before === "string") return text;
  try {
    const value = readJson(text.trim());
    const number = (one: unknown) => typeof one === "number" || one instanceof ExactNumber;
    if (number(before)) return number(value) ? value : undefined;
    return value;
  } catch {
    return undefined;
  }
}

export function Edit(props: {
  before: Arguments;
  texts: Record<string, string>;
  onTexts(texts: Record<string, string>): void;
  onSend(after: Arguments, reason: string): void;
  onBack(): void;
  busy: boolean;
}) {
  const { before, texts, onTexts, onSend, onBack, busy } = props;
  const say = useSay();
  const [wrong, setWrong] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const textOf = (name: string) => texts[name] ?? written(before[name]);
  const send = () => {
    const after: Arguments = {};
    const bad: string[] = [];
    for (const [name, value] of Object.entries(before)) {
      if (texts[name] === undefined) {
        after[name] = value;
        continue;
      }
      const next = readAs(value, textOf(name));
      if (next === undefined) bad.push(name);
      else after[name] = next;
    }
    setWrong(bad);
    if (bad.length === 0) onSend(after, reason);
  };
  if (!keepsNumbers && /\d{16}/.test(safeText(before)))
    return (
      <Stack>
        <Text size="sm">{say("request.edit.rounds")}</Text>
        <Button variant="default" onClick={onBack}>
          {say("request.back")}
        </Button>
      </Stack>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="sm">
        {Object.entries(before).map(([name, value], index) => {
          const error = wrong.includes(name) ? say("request.edit.wrong") : undefined;
          const change = (text: string) => onTexts({ ...texts, [name]: text });
          if (typeof value === "boolean")
            return (
              <Switch
                key={name}
                label={visible(name)}
                checked={textOf(name) === "true"}
                onChange={(event) => change(String(event.currentTarget.checked))}
              />
            );
          const long = typeof value === "object" && !(value instanceof ExactNumber);
          const Field = long || textOf(name).length > 60 ? Textarea : TextInput;
          return (
            <Field
              key={name}
              label={visible(name)}
              value={textOf(name)}
              error={error}
              description={
                visible(textOf(name)) === textOf(name) ? undefined : visible(textOf(name))
              }
              autoFocus={index === 0}
              onChange={(event: { currentTarget: { value: string } }) =>
                change(event.currentTarget.value)
              }
              {...(Field === Textarea ? { autosize: true, maxRows: 12 } : {})}
            />
          );
        })}
        <TextInput
          label={say("request.reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group grow>
          <Button type="submit" loading={busy}>
            {say("request.edit.send")}
          </Button>
          <Button variant="default" onClick={onBack}>
            {say("request.back")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function safeText(value: Arguments): string {
  try {
    return writeJson(value);
  } catch {
    return "9".repeat(17);
  }
}
