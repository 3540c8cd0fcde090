import { expect, test } from "vitest";
import { diffOf, type Line } from "./diff";

const side = (lines: Line[], not: string) =>
  lines
    .filter((one) => one.kind !== not)
    .map((one) => one.text)
    .join("\n");

test("a changed line is a line less and a line more", () => {
  expect(diffOf("a\nb\nc", "a\nx\nc")).toEqual([
    { kind: "same", text: "a" },
    { kind: "removed", text: "b" },
    { kind: "added", text: "x" },
    { kind: "same", text: "c" },
  ]);
});

test("both texts can be read from the difference, whatever they are", () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % n;
  };
  const some = () => Array.from({ length: random(30) }, () => "abcd"[random(4)]).join("\n");
  for (let n = 0; n < 500; ++n) {
    const before = some();
    const after = some();
    const lines = diffOf(before, after);
    expect(side(lines, "added")).toBe(before);
    expect(side(lines, "removed")).toBe(after);
  }
});

test("what both have is not told as changed", () => {
  const lines = diffOf("a\nb\nc\nd\ne", "b\nc\nx\nd\ne");
  expect(lines.filter((one) => one.kind !== "same").map((one) => one.text)).toEqual(["a", "x"]);
});

test("texts too long to compare are told as changed in whole", () => {
  const long = (n: number) => Array.from({ length: 3000 }, (_, i) => `${n}${i}`).join("\n");
  expect(diffOf(long(1), long(2))).toHaveLength(6000);
});
