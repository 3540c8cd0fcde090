import { IntlMessageFormat } from "intl-messageformat";
import { expect, it } from "vitest";
import { features } from "../features";
import { boardTexts } from "../ui/board-texts";
import { EVENT_TYPES, eventTexts } from "../ui/event-texts";
import { texts } from "../ui/texts";
import type { Language } from ".";

const all = [texts, boardTexts, eventTexts, ...features.map((one) => one.texts)];
const sources = import.meta.glob("../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function keys(language: Language): string[] {
  return all.flatMap((one) => Object.keys(one[language]));
}

it("has each text in each language", () => {
  expect(keys("ar").sort()).toEqual(keys("en").sort());
  expect(new Set(keys("en")).size).toBe(keys("en").length);
});

it("has words for each kind of event that the server writes", () => {
  const written = Object.keys(import.meta.glob("../../../tests/golden/events/*.json")).map((path) =>
    (path.split("/").at(-1) ?? "").replace(/(\.v\d+)?\.json$/, ""),
  );
  expect(written.length).toBeGreaterThan(50);
  expect(written.filter((one) => !EVENT_TYPES.includes(one))).toEqual([]);
});

it("has every text that the pages ask for", () => {
  const known = new Set(keys("en"));
  const asked = Object.entries(sources as Record<string, string>)
    .filter(([path]) => !path.includes(".test."))
    .flatMap(([, text]) =>
      [...text.matchAll(/\bsay\(\s*"([^"]+)"/g)].map((found) => found[1] ?? ""),
    );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((one) => !known.has(one))).toEqual([]);
});

it("names the same values in each language, and can be read", () => {
  const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))];
  for (const one of all)
    for (const [key, text] of Object.entries(one.en)) {
      const other = one.ar[key] ?? "";
      expect(() => new IntlMessageFormat(text, "en"), key).not.toThrow();
      expect(() => new IntlMessageFormat(other, "ar"), key).not.toThrow();
      for (const name of names(other)) expect(names(text), key).toContain(name);
    }
});
