// The pages beside inbox and request, on a workflow that has waited, gone on and been taken back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { browser, get, noViolations, person, post, world } from "./world.mjs";

let chrome;
let workflow;
let waiting;

// An agent's turn by hand: looks something up, asks for a refund, waits.
async function run(name) {
  const made = await post("billing-agent", "/v1/workflows", {
    agent: "billing-agent",
    name,
    input: { order: "A-1043", note: "hidden\u202etext" },
    tags: ["refunds"],
  });
  const at = `/v1/workflows/${made.id}`;
  const { turn } = await post("billing-agent", `${at}/turns`, { worker: "w1" });
  const open = (key, tool, args) =>
    post("billing-agent", `${at}/calls`, { turn, key, kind: "tool", tool, arguments: args });
  const found = await open("lookup-1", "lookup", { order: "A-1043" });
  await post("billing-agent", `${at}/calls/${found.call.id}/close`, {
    turn,
    grant: found.grant,
    hash: found.hash,
    result: { customer: "Anna K.", paid: 84, big: 1 },
  });
  await post("billing-agent", `${at}/checkpoints`, { turn, name: "before the refund" });
  const held = await open("refund-1", "refund", { amount: 84, currency: "EUR", customer: "Anna K." });
  assert.equal(held.verdict, "wait");
  return { id: made.id, turn, open, approval: held.approval };
}

before(async () => {
  chrome = await browser();
  const one = await run("Refund of order A-1043");
  workflow = one.id;
  await post("ben", `/v1/approvals/${one.approval.id}/decisions`, {
    decision: "approve",
    hash: one.approval.hash,
  });
  waiting = (await run("Refund that waits")).id;
  await post("operator", "/v1/freezes", { tool: "wire", reason: "The bank is closed." });
});
after(() => chrome.close());

const PAGES = [
  { name: "workflows", path: () => "/workflows", ready: "Refund that waits" },
  { name: "workflow", path: () => `/workflows/${workflow}?event=7`, ready: "People were asked" },
  { name: "agents", path: () => "/agents", ready: "billing-agent" },
  { name: "policies", path: () => "/policies", ready: "refunds above 1000" },
  { name: "channels", path: () => "/channels", ready: "phones" },
  { name: "people", path: () => "/people", ready: "Ada Lovelace" },
  { name: "groups", path: () => "/groups", ready: "Finance" },
  { name: "keys", path: () => "/keys", ready: "Used for" },
  { name: "permissions", path: () => "/permissions", ready: "Nothing is allowed in advance" },
  { name: "freezes", path: () => "/freezes", ready: "The bank is closed." },
  { name: "audit", path: () => `/audit?workflow=${workflow}`, ready: "Key made" },
  { name: "operations", path: () => "/operations", ready: "How long answers take" },
];

async function seen(page, one, what) {
  await page.goto(world.url + one.path());
  if (one.ready && !what.includes("right")) await page.getByText(one.ready).first().waitFor({ state: "attached" });
  else await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(300); // For pictures alone: what is asserted waits by itself.
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(over <= 0, `${one.name} is ${over} px wider than the window`);
  await noViolations(page, `${one.name} ${what}`);
  if (world.shots) await page.screenshot({ path: `${world.shots}/${one.name}-${what.replace("right to left", "rtl").replaceAll(" ", "-")}.png` });
}

for (const [width, height, size] of [[1280, 900, "wide"], [360, 740, "narrow"]])
  for (const dark of [false, true])
    test(`each page of an operator's, ${size} and ${dark ? "dark" : "light"}`, async () => {
      const { page, context, trouble } = await person(chrome, "operator", { width, height, dark });
      for (const one of PAGES) await seen(page, one, `${size} ${dark ? "dark" : "light"}`);
      assert.deepEqual(trouble, []);
      await context.close();
    });

test("from right to left nothing of them is cut off", async () => {
  const { page, context, trouble } = await person(chrome, "operator", { width: 360, height: 740 });
  await page.evaluate(() => localStorage.setItem("fermata.language", "ar"));
  for (const one of PAGES) await seen(page, one, "narrow right to left");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("a workflow shows where its time went, and each call what it was given and gave", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: `/workflows/${workflow}` });
  await page.getByRole("button", { name: /Call of lookup, .*, done/ }).click();
  await page.getByRole("group", { name: "What it gave" }).getByText('"Anna K."').waitFor();
  await page.getByRole("button", { name: /Waiting for people: refund/ }).waitFor();
  await page.getByRole("button", { name: "Decision of ben" }).waitFor();
  await page.getByLabel("Contains").fill("decision made");
  await page.getByRole("row").nth(1).getByText("Decision made").waitFor();
  assert.equal(await page.getByRole("table", { name: "What happened" }).getByRole("row").count(), 2);
  assert.match(page.url(), /event=\d+/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("what is hidden in an input is not hidden here", async () => {
  const { page, context } = await person(chrome, "ada", { path: `/workflows/${workflow}` });
  await page.getByText("hidden‹U+202E›text").waitFor();
  await context.close();
});

test("it is taken back with what that does before one's eyes, and the branch is drawn", async () => {
  const two = await run("Refund that is taken back");
  const { page, context, trouble } = await person(chrome, "ada", { path: `/workflows/${two.id}` });
  await page.getByRole("button", { name: "Take back" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Checkpoint").first().click();
  await page.getByRole("option", { name: /before the refund/ }).click();
  await dialog.getByText("Open requests cancelled: 1").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Take back to here" }).isDisabled(), "without a reason");
  await dialog.getByLabel("Reason").fill("the order was another one");
  await noViolations(page, "taking back");
  await dialog.getByRole("button", { name: "Take back to here" }).click();
  await page.getByText("Branch 1, from branch 0").waitFor();
  const now = await get("ada", `/v1/workflows/${two.id}`);
  assert.equal(now.epoch, 1);
  assert.equal(now.branches.at(-1).reason, "the order was another one");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("what happens appears without reloading, and the last event is followed when asked", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: `/workflows/${waiting}` });
  await page.getByLabel("Follow the last event").check();
  const [asked] = (await get("ada", `/v1/workflows/${waiting}`)).pending_approvals;
  const request = await get("ada", `/v1/approvals/${asked}`);
  await post("ben", `/v1/approvals/${asked}/decisions`, { decision: "reject", hash: request.hash, reason: "no" });
  await page.getByRole("button", { name: "Decision of ben" }).waitFor();
  await page.waitForURL(/event=\d+/);
  await page.getByRole("button", { name: "Request ended" }).waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("P11 the browser computes the chain itself and finds what a liar changed", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: `/audit?workflow=${workflow}` });
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText(/Whole: \d+ events, none changed, none missing/).waitFor();
  await page.route("**/records?**", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.items[2].body = told.items[2].body.replace('"version":3', '"version":3 ');
    await route.fulfill({ response: answer, json: told });
  });
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("Event 3 was changed").waitFor();
  await page.unroute("**/records?**");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const file = await readFile(await (await coming).path(), "utf8");
  const first = JSON.parse(file.split("\n")[0]);
  assert.equal(first.version, 1);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("what happened is searched, and a search that has not looked at everything says so", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: "/audit?type=key.created" });
  const found = page.getByRole("table", { name: "What happened" });
  await found.getByRole("button", { name: "Key made" }).first().waitFor();
  assert.equal(await found.getByRole("button", { name: "People were asked" }).count(), 0);
  await page.getByLabel("Contains").fill("FERMATA-no-such-words");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("Nothing that was looked at fits.").waitFor();
  await page.getByText("Looked at everything back to the first event.").waitFor();
  assert.match(page.url(), /type=key\.created&words=FERMATA-no-such-words/);
  await page.getByRole("button", { name: "Clear" }).click();
  await found.getByRole("button", { name: "Request ended" }).first().click();
  await page.getByText("As recorded · approval.closed").waitFor();
  assert.ok((await found.getByRole("link", { name: "a workflow" }).count()) > 0);
  // A page may hold nothing though the search goes on.
  await page.route("**/v1/audit/events?**", async (route) => {
    if (route.request().url().includes("cursor=")) return route.fallback();
    const answer = await route.fetch();
    const told = { ...(await answer.json()), items: [], back_to: "2026-01-02T03:04:05Z" };
    await route.fulfill({ response: answer, json: told });
  });
  await page.getByLabel("Contains").fill("a");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText(/Looked at everything back to .*January 2, 2026/).waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await found.getByRole("row").nth(1).waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("channels say how they are doing, are tried out, and send again what was given up", async () => {
  const { page, context, trouble } = await person(chrome, "operator", { path: "/channels" });
  const channels = page.getByRole("table", { name: "Channels" });
  await channels.getByRole("row", { name: /phones ntfy Working/ }).getByRole("button", { name: "Test" }).click();
  const dialog = page.getByRole("dialog");
  await noViolations(page, "trying a channel out");
  await dialog.getByRole("button", { name: "Send a test message" }).click();
  await dialog.getByText("It arrived.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await channels.getByRole("row", { name: /ledger webhook/ }).getByRole("button", { name: "Test" }).click();
  await dialog.getByRole("button", { name: "Send a test message" }).click();
  await dialog.getByText("It did not arrive: answered 404.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByLabel("State").first().click();
  await page.getByRole("option", { name: "Given up" }).click();
  const messages = page.getByRole("table", { name: "Who was told what" });
  const row = messages.getByRole("row", { name: /endpoint · ledger Given up \(1 attempt\)/ }).first();
  await row.waitFor();
  const before = (await get("operator", "/v1/channels")).items.find((one) => one.name === "ledger").given_up;
  await row.getByRole("button", { name: "Send again" }).click();
  await dialog.getByRole("button", { name: "Send again" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.waitForFunction(
    async (given) => (await (await fetch("/v1/channels")).json()).items.some((one) => one.given_up > given),
    before,
  );
  assert.deepEqual(trouble, []);
  await context.close();
});

test("the policy says of a call who would be asked", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: "/policies" });
  await page.getByRole("tab", { name: "Ask it" }).click();
  await page.getByLabel("Tool").fill("refund");
  await page.getByLabel("Arguments").fill('{"amount": 5000}');
  await page.getByRole("button", { name: "Ask the policy" }).click();
  await page.getByText("People would be asked").waitFor();
  await page.getByText("By the rule “refunds above 1000”").waitFor();
  await page.getByRole("tab", { name: "Propose a change" }).click();
  await page.getByLabel("The policy").fill("version: 1\nrules: 7\n");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("It cannot be used as it is").waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("an administrator's link signs in whom it is for, once", async () => {
  const { page, context, trouble } = await person(chrome, "operator", { path: "/people" });
  await page.getByRole("row", { name: /Cleo/ }).getByRole("button", { name: "Sign-in link" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const url = (await page.getByText(/sign-in#link=fermata_/).textContent()).trim();
  await noViolations(page, "a sign-in link");
  const other = await chrome.newContext();
  const guest = await other.newPage();
  await guest.goto(url);
  await guest.getByRole("navigation").first().waitFor();
  assert.equal((await (await guest.request.get(`${world.url}/v1/session`)).json()).id, "cleo");
  assert.deepEqual(trouble, []);
  await context.close();
  await other.close();
});

test("a person freezes an agent and lifts it again, and both are recorded", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: "/agents" });
  await page.getByRole("button", { name: "Freeze billing-agent" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("it does odd things");
  await page.getByRole("button", { name: "Freeze now" }).click();
  await page.getByText("❄ it does odd things").waitFor();
  await page.getByRole("button", { name: "Lift the freeze of billing-agent" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Lift" }).click();
  await page.getByRole("button", { name: "Freeze billing-agent" }).waitFor();
  const freezes = (await get("ada", "/v1/freezes")).items;
  assert.ok(freezes.some((one) => one.agent === "billing-agent" && one.by === "ada" && one.until));
  assert.deepEqual(trouble, []);
  await context.close();
});

test("who may not see the keys and the figures is told so, and shown no error", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { path: "/keys" });
  await page.getByText("Keys are seen by administrators.").waitFor();
  await page.goto(`${world.url}/operations`);
  await page.getByText(/own figures are shown to administrators/).waitFor();
  await page.getByText("Workflows waiting").waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});
