// Each page, light and dark, wide and narrow: without a violation that axe finds, without anything
// wider than the window, and as a picture for docs/.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, askRefund, browser, get, noViolations, person, post, world } from "./world.mjs";

let chrome;
let request;
before(async () => {
  chrome = await browser();
  await ask({
    kind: "question",
    action: "Which account should pay?",
    form: { schema: { type: "object", properties: { account: { type: "string", title: "Account" } }, required: ["account"] } },
  });
  await ask({ action: "deploy", arguments: { service: "shop", version: "2.14.0" }, deadline_s: 900 });
  await askRefund(84, "Bert M.", { order: "A-1042" });
  request = await askRefund(2400, "Anna K.", { order: "A-1043", reason: "The parcel never arrived." });
  const ben = { decision: "approve", hash: request.hash };
  await post("ben", `/v1/approvals/${request.id}/decisions`, ben);
  await post("ben", `/v1/approvals/${request.id}/comments`, { text: "The carrier says it is lost." });
});
after(() => chrome.close());

const PAGES = [
  { name: "inbox", path: () => "/inbox?q=refund", ready: (page) => page.getByRole("list", { name: "Inbox" }) },
  { name: "request", path: () => `/approvals/${request.id}`, ready: (page) => page.getByRole("heading", { name: /Anna K/ }) },
];

for (const [width, height, size] of [[1280, 900, "wide"], [360, 740, "narrow"]])
  for (const dark of [false, true])
    test(`every page ${size} and ${dark ? "dark" : "light"}`, async () => {
      const { page, context, trouble } = await person(chrome, "ada", { width, height, dark });
      for (const one of PAGES) {
        await page.goto(world.url + one.path());
        await one.ready(page).waitFor();
        await page.waitForLoadState("networkidle").catch(() => {});
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(over <= 0, `${one.name} is ${over} px wider than the window`);
        await noViolations(page, `${one.name} ${size} ${dark ? "dark" : "light"}`);
        if (world.shots)
          await page.screenshot({ path: `${world.shots}/${one.name}-${size}-${dark ? "dark" : "light"}.png` });
      }
      assert.deepEqual(trouble, []);
      await context.close();
    });

test("from right to left nothing is cut off", async () => {
  const { page, context, trouble } = await person(chrome, "ada", { width: 360, height: 740 });
  await page.evaluate(() => localStorage.setItem("fermata.language", "ar"));
  for (const one of PAGES) {
    await page.goto(world.url + one.path());
    await page.locator("html[dir=rtl]").waitFor();
    await page.getByRole("navigation").first().waitFor();
    await page.waitForLoadState("networkidle").catch(() => {});
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(over <= 0, `${one.name} is ${over} px wider than the window`);
    await noViolations(page, `${one.name} from right to left`);
    if (world.shots) await page.screenshot({ path: `${world.shots}/${one.name}-narrow-rtl.png` });
  }
  assert.deepEqual(trouble, []);
  assert.equal((await get("ada", "/v1/session")).id, "ada");
  await context.close();
});

test("signing in has no violation either", async () => {
  const context = await chrome.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(world.url);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await noViolations(page, "signing in");
  if (world.shots) await page.screenshot({ path: `${world.shots}/sign-in-narrow-light.png` });
  await context.close();
});
