// Twenty mixed requests, by keyboard alone; and a letter that decides nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, browser, get, noViolations, person } from "./world.mjs";

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

test("one letter decides nothing", async () => {
  const request = await ask({ action: "stray", arguments: {} });
  const cleo = await person(chrome, "cleo", { path: `/approvals/${request.id}` });
  await cleo.page.getByRole("button", { name: "Approve stray" }).waitFor();
  for (const key of ["a", "r", "e", "a"]) await cleo.page.keyboard.press(key);
  assert.match(await cleo.page.evaluate(() => document.activeElement.textContent), /Approve stray/);
  assert.equal((await get("cleo", `/v1/approvals/${request.id}`)).decisions.length, 0);
  await cleo.page.keyboard.press("Enter");
  await cleo.page.keyboard.press("Enter");
  await cleo.page.getByText("approved by cleo").first().waitFor();
  await cleo.context.close();
});

test("twenty mixed requests are cleared by keyboard alone", async () => {
  const asked = [];
  for (let n = 0; n < 20; ++n) {
    const body = { action: `task-${n}`, arguments: { n } };
    if (n % 5 === 4) body.outcomes = [{ name: "later", means: "reject", text: "Ask again." }];
    asked.push(await ask(body));
  }
  const cleo = await person(chrome, "cleo", { path: "/inbox?q=task-" });
  const { page } = cleo;
  await page.getByRole("button", { name: /task-0/ }).first().waitFor();
  await noViolations(page, "the inbox");
  await page.getByRole("heading", { name: /task-/ }).waitFor();
  for (let left = 20; left > 0; --left) {
    const question = await page.locator("#question").textContent();
    const n = Number(/task-(\d+)/.exec(question)[1]);
    if (n % 2 === 0) {
      await page.keyboard.press("a");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
    } else {
      await page.keyboard.press("r");
      await page.keyboard.press("Enter");
      await page.keyboard.type("no");
      await page.keyboard.press("Enter");
    }
    await page.waitForFunction(
      (before) => document.querySelector("#question")?.textContent !== before,
      question,
    );
    await page.evaluate(() => document.activeElement?.blur?.());
  }
  await page.getByText("Nothing that waits fits this search").waitFor();
  for (const [n, one] of asked.entries())
    assert.equal((await get("cleo", `/v1/approvals/${one.id}`)).status, n % 2 === 0 ? "approved" : "rejected");
  assert.deepEqual(cleo.trouble, []);
  await cleo.context.close();
});

test("several are decided at once, each by its own hash", async () => {
  const asked = [];
  for (let n = 0; n < 3; ++n) asked.push(await ask({ action: `batch-${n}`, arguments: {} }));
  const { page, context } = await person(chrome, "cleo", { path: "/inbox?q=batch-" });
  for (let n = 0; n < 3; ++n) await page.getByLabel(new RegExp(`Choose: .*batch-${n}`)).check();
  await page.getByRole("button", { name: "Approve all 3" }).click();
  await page.getByRole("button", { name: "Approve all 3" }).click();
  await page.getByText("Nothing that waits fits this search").waitFor();
  for (const one of asked) assert.equal((await get("cleo", `/v1/approvals/${one.id}`)).status, "approved");
  await context.close();
});
