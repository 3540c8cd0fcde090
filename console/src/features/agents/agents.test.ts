import { expect, test } from "vitest";
import { agentsOf } from "./agents";

test("an agent is what its workflows are doing", () => {
  const at = (n: number) => `2026-01-0${n}T00:00:00.000Z`;
  expect(
    agentsOf([
      { agent: "b", status: "waiting", created_at: at(1) },
      { agent: "a", status: "failed", created_at: at(2) },
      { agent: "b", status: "running", created_at: at(3) },
      { agent: "b", status: "completed", created_at: at(2) },
    ]),
  ).toEqual([
    { name: "a", running: 0, waiting: 0, done: 0, failed: 1, last: at(2) },
    { name: "b", running: 1, waiting: 1, done: 1, failed: 0, last: at(3) },
  ]);
});
