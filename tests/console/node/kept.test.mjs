// Nothing that was typed is lost: not by a session that ends, not offline, not by a reload.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, browser, get, person, world } from "./world.mjs";

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

test("a session that ends in the middle of a form loses nothing", async () => {
  const schema = { type: "object", properties: { why: { type: "string", title: "Why" } }, required: ["why"] };
  const request = await ask({ kind: "question", action: "why?", form: { schema } });
  const cleo = await person(chrome, "cleo", { path: `/approvals/${request.id}` });
  await cleo.page.getByRole("textbox", { name: "Why" }).fill("because of the long story");
  await cleo.context.clearCookies();
  await cleo.page.getByRole("button", { name: "Answer" }).click();
  await cleo.page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
  await cleo.page.getByLabel("Your key").fill(world.keys.cleo);
  await cleo.page.getByRole("button", { name: "Sign in" }).click();
  await cleo.page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await cleo.page.getByRole("textbox", { name: "Why" }).inputValue(), "because of the long story");
  await cleo.page.getByRole("button", { name: "Answer" }).click();
  await cleo.page.getByText("answered by cleo").first().waitFor();
  assert.equal((await get("cleo", `/v1/approvals/${request.id}`)).outcome.answer.why, "because of the long story");
  await cleo.context.close();
});

test("offline a decision says that it was not recorded, and is sent when the line is back", async () => {
  const request = await ask({ action: "offline", arguments: {} });
  const cleo = await person(chrome, "cleo", { path: `/approvals/${request.id}` });
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await cleo.page.getByLabel(/Why not/).fill("typed offline");
  await cleo.context.setOffline(true);
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await cleo.page.getByText("The server cannot be reached").waitFor();
  assert.equal((await get("cleo", `/v1/approvals/${request.id}`)).status, "pending");
  await cleo.context.setOffline(false);
  assert.equal(await cleo.page.getByLabel(/Why not/).inputValue(), "typed offline");
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await cleo.page.getByText("rejected by cleo").first().waitFor();
  await cleo.context.close();
});

test("a page that is loaded again has what was typed", async () => {
  const request = await ask({ action: "again", arguments: {} });
  const cleo = await person(chrome, "cleo", { path: `/approvals/${request.id}` });
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await cleo.page.getByLabel(/Why not/).fill("half a sentence");
  await cleo.page.reload();
  await cleo.page.getByLabel(/Why not/).waitFor();
  assert.equal(await cleo.page.getByLabel(/Why not/).inputValue(), "half a sentence");
  await cleo.context.close();
});

test("a link signs in once", async () => {
  const { link } = await fetch(`${world.url}/v1/people/cleo/sign-in-links`, {
    method: "POST",
    headers: { Authorization: `Bearer ${world.keys.operator}`, "Content-Type": "application/json" },
    body: "{}",
  }).then((answer) => answer.json()).then((told) => ({ link: told.url ?? told.link }));
  const secret = /#link=(.*)$/.exec(link)?.[1] ?? link;
  for (const works of [true, false]) {
    const context = await chrome.newContext();
    const page = await context.newPage();
    await page.goto(`${world.url}/sign-in#link=${secret}`);
    if (works) await page.getByRole("heading", { name: "Inbox" }).waitFor();
    else await page.getByRole("alert").waitFor();
    assert.ok(!page.url().includes(secret), "the secret leaves the address bar");
    await context.close();
  }
});
