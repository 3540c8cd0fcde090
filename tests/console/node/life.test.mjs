// The life of a request, by two people in two browsers at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, askRefund, browser, get, noViolations, person, post } from "./world.mjs";

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

test("two people decide on one request in two browsers, each seeing what the other does", async () => {
  const ada = await person(chrome, "ada");
  const ben = await person(chrome, "ben");
  const request = await askRefund(2400, "Anna K.");
  for (const { page } of [ada, ben]) {
    await page.getByRole("button", { name: /Anna K\./ }).first().waitFor();
    await page.goto(`${new URL(page.url()).origin}/approvals/${request.id}`);
    await page.getByRole("heading", { name: /May .*billing-agent.* refund .*Anna K\./ }).waitFor();
  }
  await ada.page.getByRole("button", { name: "Approve refund" }).click();
  const go = ada.page.getByRole("button", { name: "Approve refund" });
  assert.ok(await go.isDisabled(), "risky: what it is about is typed first");
  const label = await ada.page.getByText(/^Type “/).textContent();
  await ada.page.getByLabel(/^Type “/).fill(/“(.*)”/.exec(label)[1]);
  await go.click();
  await ada.page.getByText("Your decision is recorded. Others must agree as well.").waitFor();
  await ben.page.getByText("ada approved").first().waitFor();
  await ben.page.getByRole("button", { name: "Reject" }).click();
  await ben.page.getByLabel(/Why not/).fill("it was paid already");
  await ben.page.getByRole("button", { name: "Reject" }).click();
  await ben.page.getByText("rejected by ben").first().waitFor();
  await ada.page.getByText("rejected by ben").first().waitFor();
  const ended = await get("ada", `/v1/approvals/${request.id}`);
  assert.equal(ended.status, "rejected");
  assert.equal(ended.outcome.reason, "it was paid already");
  assert.deepEqual(ended.decisions.map((one) => one.door), ["console", "console"]);
  assert.deepEqual([...ada.trouble, ...ben.trouble], []);
  await noViolations(ada.page, "a request that has ended");
  await ada.context.close();
  await ben.context.close();
});

test("a decision that came too late says who was faster", async () => {
  const request = await ask({ action: "deploy", arguments: { service: "shop" } });
  const ada = await person(chrome, "ada", { path: `/approvals/${request.id}` });
  await ada.page.getByRole("button", { name: "Reject" }).click();
  await ada.page.getByLabel(/Why not/).fill("not today");
  await ada.page.route("**/v1/stream", (route) => route.abort());
  await post("cleo", `/v1/approvals/${request.id}/decisions`, { decision: "approve", hash: request.hash });
  await ada.page.getByText("cleo", { exact: false }).first().waitFor();
  assert.equal((await get("ada", `/v1/approvals/${request.id}`)).outcome.by, "cleo");
  assert.deepEqual(ada.trouble, []);
  await ada.context.close();
});

test("what is edited keeps its type, and others see the difference", async () => {
  const request = await askRefund(500, "Bert", { items: ["a", "b"], note: "007" });
  const ada = await person(chrome, "ada", { path: `/approvals/${request.id}` });
  await ada.page.getByRole("button", { name: "Edit and approve" }).click();
  await noViolations(ada.page, "editing");
  await ada.page.getByLabel("amount").fill("250.50");
  await ada.page.getByRole("button", { name: "Approve with these changes" }).click();
  await ada.page.getByText("approved by ada").first().waitFor();
  const done = await get("ada", `/v1/approvals/${request.id}`);
  assert.deepEqual(done.arguments, { ...request.arguments, amount: 250.5 });
  await ada.page.getByText("What people changed").waitFor();
  assert.deepEqual(ada.trouble, []);
  await ada.context.close();
});

test("who has decided takes it back and decides otherwise", async () => {
  const request = await askRefund(3000, "Dora");
  await post("ben", `/v1/approvals/${request.id}/decisions`, { decision: "approve", hash: request.hash });
  const ben = await person(chrome, "ben", { path: `/approvals/${request.id}` });
  await ben.page.getByText("You approved it.").waitFor();
  assert.equal(await ben.page.getByRole("button", { name: "Approve refund" }).count(), 0);
  await ben.page.getByRole("button", { name: "Take my decision back" }).click();
  await ben.page.getByRole("button", { name: "Reject" }).click();
  await ben.page.getByLabel(/Why not/).fill("looked again");
  await ben.page.getByRole("button", { name: "Reject" }).click();
  await ben.page.getByText("rejected by ben").first().waitFor();
  const cleo = await person(chrome, "cleo", { path: `/approvals/${(await askRefund(200, "Eve")).id}` });
  await cleo.page.getByText("You are not among those whose decision it waits for now.").waitFor();
  assert.deepEqual([...ben.trouble, ...cleo.trouble], []);
  await ben.context.close();
  await cleo.context.close();
});

test("a form is filled in, checked, and answered with its types", async () => {
  const schema = {
    type: "object",
    properties: {
      account: { type: "string", title: "Account", minLength: 3 },
      amount: { type: "number", title: "Amount", minimum: 1 },
      when: { type: "string", title: "When", enum: ["now", "later"] },
      urgent: { type: "boolean", title: "Urgent" },
    },
    required: ["account", "amount"],
  };
  const request = await ask({ kind: "question", action: "which account?", form: { schema } });
  const ada = await person(chrome, "ada", { path: `/approvals/${request.id}` });
  await ada.page.getByRole("textbox", { name: "Account" }).fill("A-1");
  await noViolations(ada.page, "a form");
  await ada.page.getByRole("textbox", { name: "Amount" }).fill("0.5");
  await ada.page.getByRole("button", { name: "Answer" }).click();
  await ada.page.getByText(/less than 1|minimum|at least/i).first().waitFor();
  assert.equal((await get("ada", `/v1/approvals/${request.id}`)).status, "pending");
  await ada.page.getByRole("textbox", { name: "Amount" }).fill("12.5");
  await ada.page.getByRole("button", { name: "Answer" }).click();
  await ada.page.getByText("answered by ada").first().waitFor();
  const done = await get("ada", `/v1/approvals/${request.id}`);
  assert.equal(done.outcome.answer.account, "A-1");
  assert.equal(done.outcome.answer.amount, 12.5);
  assert.deepEqual(ada.trouble, []);
  await ada.context.close();
});

test("people hand on, ask back, take on and take back", async () => {
  const request = await ask({ action: "publish", arguments: { page: "news" } });
  const ada = await person(chrome, "ada", { path: `/approvals/${request.id}` });
  await ada.page.getByRole("button", { name: "Take it on" }).click();
  await ada.page.getByRole("button", { name: "Let it go" }).waitFor();
  await ada.page.getByLabel("Comment, or ask the agent").fill("Which news?");
  await ada.page.getByLabel("Ask the agent", { exact: true }).check();
  await ada.page.getByRole("button", { name: "Send" }).click();
  await ada.page.getByText("ada asks the agent").waitFor();
  const [comment] = (await get("ada", `/v1/approvals/${request.id}`)).comments;
  assert.deepEqual([comment.text, comment.asks, comment.for_agent], ["Which news?", true, true]);
  await post("billing-agent", `/v1/approvals/${request.id}/comments`, { text: "The news of May.", reply_to: 1 });
  await ada.page.getByText("The news of May.").waitFor();
  await ada.page.getByRole("button", { name: "Let it go" }).click();
  await ada.page.getByRole("button", { name: "Take it on" }).waitFor();
  assert.deepEqual(ada.trouble, []);
  await ada.context.close();
});
