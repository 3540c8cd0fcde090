import { expect, it } from "vitest";
import { readAs, written } from "./edit";
import { isHighRisk, isTyped, toType } from "./risk";
import { errorsOf, validator } from "./validator";

const threshold = { approve: 1, veto: false } as never;

it("is risky where the policy wants two, or the agent says so; an agent cannot talk it down", () => {
  const asked = { kind: "call", metadata: {}, thresholds: [threshold] } as never;
  expect(isHighRisk(asked)).toBe(false);
  expect(isHighRisk({ ...(asked as object), metadata: { risk: "high" } } as never)).toBe(true);
  const two = {
    kind: "call",
    metadata: { risk: "low" },
    thresholds: [{ approve: 2, veto: false }],
  };
  expect(isHighRisk(two as never)).toBe(true);
});

it("wants the target typed, else the amount, else the tool's name", () => {
  expect(toType({ target: "prod", action: "drop" })).toBe("prod");
  const facts = [
    { type: "text", text: "x" },
    { type: "money", text: "€240.00", exact: "240.00" },
  ];
  expect(toType({ action: "refund", view: { facts } })).toBe("240.00");
  expect(toType({ action: "drop" })).toBe("drop");
  expect(isTyped("Prod  one", " prod one ")).toBe(true);
  expect(isTyped("prod", "")).toBe(false);
});

it("keeps the type of what is edited", () => {
  expect(readAs("a", "5")).toBe("5");
  expect(readAs(5, "5.50")).toBe(5.5);
  expect(readAs(5, "five")).toBeUndefined();
  expect(readAs(5, '"5"')).toBeUndefined();
  expect(readAs({ a: 1 }, '{"a": 2}')).toEqual({ a: 2 });
  expect(readAs(null, "{")).toBeUndefined();
  expect(written({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
});

it("says for each field what is wrong with it", () => {
  const schema = {
    type: "object",
    properties: { n: { type: "integer", minimum: 3 }, who: { type: "object", required: ["name"] } },
    required: ["n"],
  } as const;
  expect(errorsOf(schema as never, { n: 1, who: {} }).map((one) => one.property)).toEqual([
    ".n",
    ".who.name",
  ]);
  expect(errorsOf(schema as never, {}).map((one) => one.property)).toEqual([".n"]);
  const { errorSchema } = validator.validateFormData({ n: 1 }, schema as never);
  expect((errorSchema as { n?: { __errors?: string[] } }).n?.__errors?.length).toBe(1);
  expect(validator.isValid(schema as never, { n: 3 }, schema as never)).toBe(true);
});
