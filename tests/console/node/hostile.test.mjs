// The hostile corpus as what an agent asks for: nothing of it runs in the console, nothing leaves the
// origin, nothing unseen stays unseen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask, browser, person, post, world } from "./world.mjs";

const HERE = new URL(".", import.meta.url);
const corpus = JSON.parse(readFileSync(new URL("../../hostile/corpus.json", HERE), "utf8"));
const PER_REQUEST = 25;
const MOST = 20_000; // Of one text: larger ones are for tests/hostile, which look at the view itself.

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

function textOf(payload) {
  if (payload.repeat) return payload.repeat[0].repeat(payload.repeat[1]).slice(0, MOST);
  if (payload.nest) return "";
  return payload.text;
}

// What is drawn as nothing, or changes how others are drawn: Unicode's Default_Ignorable, Bidi_Control
// and other format characters, and controls but for those that break lines.
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]|(?![\n\t\r])\p{Cc}/u;

test("nothing runs, nothing leaves, nothing stays unseen", { timeout: 600_000 }, async () => {
  const texts = corpus.map(textOf).filter(Boolean);
  assert.ok(texts.length > 450, "the corpus is there");
  const cleo = await person(chrome, "cleo");
  const { page, trouble } = cleo;
  let asked = 0;
  await page.exposeFunction("fermataRan", () => trouble.push("a payload ran"));
  await page.addInitScript(() => {
    for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => window.fermataRan();
  });
  page.on("dialog", (dialog) => {
    trouble.push("a dialog");
    void dialog.dismiss();
  });
  page.on("popup", () => trouble.push("a window was opened"));
  for (let from = 0; from < texts.length; from += PER_REQUEST) {
    const some = texts.slice(from, from + PER_REQUEST);
    const facts = Object.fromEntries(some.map((text, n) => [`f${n}`, text]));
    facts.nested = { list: some.slice(0, 5), text: some[0] };
    const request = await ask({
      action: `hostile-${from}`,
      arguments: facts,
      why: some.slice(0, 3).join("\n").slice(0, 3900),
      otherwise: some[1]?.slice(0, 3900) ?? "",
      outcomes: [{ name: "other", means: "reject", text: some[2]?.slice(0, 3900) ?? "" }],
    });
    await post("billing-agent", `/v1/approvals/${request.id}/comments`, { text: some[0].slice(0, 3900) || "-" });
    await page.goto(`${world.url}/approvals/${request.id}`);
    await page.getByRole("button", { name: `Approve hostile-${from}` }).waitFor();
    const folded = page.getByRole("button", { name: /^Show all/ });
    while ((await folded.count()) > 0) await folded.first().click();
    const seen = await page.evaluate(() => document.querySelector("article").innerText);
    const found = UNSEEN.exec(seen);
    assert.equal(found && found[0].codePointAt(0).toString(16), null, `${request.id}: unseen in the text`);
    const foreign = await page.evaluate(() =>
      [...document.querySelectorAll("article script, article iframe, article img, article object, article form[action]")].length,
    );
    assert.equal(foreign, 0, "no element came of a payload");
    asked += some.length;
  }
  const large = await ask({ action: "hostile-large", arguments: { text: "\u202e<b>x</b>".repeat(60_000) } });
  await page.goto(`${world.url}/approvals/${large.id}`);
  await page.getByRole("button", { name: "Approve hostile-large" }).waitFor();
  await page.goto(`${world.url}/inbox?q=hostile-`);
  await page.getByRole("list", { name: "Inbox" }).waitFor();
  assert.deepEqual(trouble, []);
  console.log(JSON.stringify({ payloads: asked, ran: 0, left: 0, unseen: 0 }));
  await cleo.context.close();
});
