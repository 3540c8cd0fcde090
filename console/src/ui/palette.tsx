// Ctrl-K: any request, workflow or person, and where one can go.

import { Combobox, Modal, ScrollArea, TextInput, useCombobox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Approval, api, itemsOf, must, type Schemas } from "../api/client";
import { useSession } from "../api/session";
import { features } from "../features";
import { sentenceText } from "../features/request/sentence";
import { useSay } from "../texts";

interface Target {
  to: string;
  label: string;
  also: string;
}

async function things(reads: boolean): Promise<Target[]> {
  const [approvals, workflows, people] = await Promise.all([
    must(api.GET("/v1/approvals", { params: { query: { limit: 100 } } })),
    must(api.GET("/v1/workflows", { params: { query: { limit: 100 } } })),
    reads ? must(api.GET("/v1/people", { params: { query: { limit: 200 } } })) : { items: [] },
  ]);
  return [
    ...itemsOf<Approval>(approvals).map((one) => ({
      to: `/approvals/${one.id}`,
      label: sentenceText(one),
      also: `${one.id} ${one.status} ${one.agent ?? ""}`,
    })),
    ...itemsOf<Schemas["Workflow"]>(workflows).map((one) => ({
      to: `/workflows/${one.id}`,
      label: one.name || one.agent || one.id,
      also: `${one.id} ${one.status} ${one.agent}`,
    })),
    ...itemsOf<Schemas["Person"]>(people).map((one) => ({
      to: `/people/${one.id}`,
      label: one.name || one.id,
      also: one.id,
    })),
  ];
}

export function Palette(props: { opened: boolean; onOpen(): void; onClose(): void }) {
  const { opened, onOpen, onClose } = props;
  const say = useSay();
  const go = useNavigate();
  const { session } = useSession();
  const [words, setWords] = useState("");
  const combobox = useCombobox();
  const found = useQuery({
    queryKey: ["palette"],
    queryFn: () => things(session !== null),
    enabled: opened,
    staleTime: 10_000,
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      onOpen();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [onOpen]);
  const places: Target[] = features
    .filter((one) => one.rail)
    .map((one) => ({ to: one.rail ?? "/", label: say(`${one.name}.title`), also: "" }));
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...places, ...(found.data ?? [])]
    .filter((one) => asked.every((word) => `${one.label} ${one.also}`.toLowerCase().includes(word)))
    .slice(0, 50);
  const take = (to: string) => {
    onClose();
    setWords("");
    void go({ to });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={say("app.palette")} size="lg" yOffset="10vh">
      <Combobox store={combobox} onOptionSubmit={take}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            aria-label={say("app.palette")}
            placeholder={say("palette.placeholder")}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              combobox.updateSelectedOptionIndex();
            }}
          />
        </Combobox.EventsTarget>
        <ScrollArea.Autosize mah="50vh" mt="sm">
          <Combobox.Options>
            {all.map((one) => (
              <Combobox.Option key={one.to} value={one.to}>
                <div className="f-clip">{one.label}</div>
                <div className="f-clip" style={{ fontSize: 12, opacity: 0.8 }}>
                  {one.also}
                </div>
              </Combobox.Option>
            ))}
            {all.length === 0 && <Combobox.Empty>{say("palette.nothing")}</Combobox.Empty>}
          </Combobox.Options>
        </ScrollArea.Autosize>
      </Combobox>
    </Modal>
  );
}
