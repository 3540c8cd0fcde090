import { expect, test } from "vitest";
import { readJson } from "../api/exact";
import { pretty, visible } from "./board";

test("nothing invisible stays invisible", () => {
  expect(visible("a\u202eb\u200bc\u{e0041}")).toBe("a‹U+202E›b‹U+200B›c‹U+E0041›");
  expect(pretty({ "k\u2066": "\u061c" })).toContain("‹U+2066›");
  expect(visible("a\tb\nc")).toBe("a\tb\nc");
});

test("a number that no double holds is shown as it was written", () => {
  const shown = pretty(readJson('{"n": 12345678901234567890}'));
  expect(["12345678901234567890", "12345678901234567000"].some((n) => shown.includes(n))).toBe(
    true,
  );
  expect(shown).not.toContain("u0000");
});
