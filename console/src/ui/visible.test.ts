import { expect, it } from "vitest";
import { visible } from "./visible";

it("shows by number what cannot be seen, and leaves all else", () => {
  expect(visible("a\u202eb\u200cc\u0007")).toBe("a‹U+202E›b‹U+200C›c‹U+0007›");
  expect(visible("\u{e0041}\u{1d173}")).toBe("‹U+E0041›‹U+1D173›");
  expect(visible("Zoë, 東京, العربية\n\tok ✓")).toBe("Zoë, 東京, العربية\n\tok ✓");
});
