import { expect, it } from "vitest";
import { ExactNumber, readJson, writeJson } from "./exact";

const LONG = "12345678901234567890";

it("writes a number that a double cannot hold as it was, or not at all", () => {
  let text = LONG;
  try {
    text = writeJson(new ExactNumber(LONG));
  } catch (error) {
    expect((error as Error).message).toContain(LONG);
  }
  expect(text).toBe(LONG);
});

it("reads and writes what a server says", () => {
  const said = { a: [1, null, "x", 1.5], b: { c: true } };
  expect(readJson(JSON.stringify(said))).toEqual(said);
  expect(writeJson(said)).toBe(JSON.stringify(said));
});
