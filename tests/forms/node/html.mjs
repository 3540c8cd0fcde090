// A form as a page without script: held by an HTML validator, filled in by hand, and posted.

import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: { "no-trailing-whitespace": "off", "void-style": "off", "long-title": "off", "doctype-style": "off" },
});
const LIMIT = { timeout: 5000 };
const POST = "http://form.test/answer";

export function pageAround(html) {
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Form</title></head><body><main>\n' +
    `<form method="post" action="${POST}">\n${html}<p><button type="submit">Answer</button></p>\n</form>\n` +
    "</main></body></html>\n"
  );
}

export async function problemsOf(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((one) =>
    one.messages.map((each) => `${each.ruleId} ${each.line}:${each.column} ${each.message}`),
  );
}

async function give(field, leaf) {
  const ticks = field.locator("input[type=radio], input[type=checkbox]");
  const select = field.locator("select");
  if ((await select.count()) > 0) return select.selectOption({ label: leaf.value }, LIMIT);
  if ((await ticks.count()) > 0) {
    const wanted = [leaf.value].flat();
    for (const label of wanted) {
      const texts = await field.locator("label").allTextContents();
      if (!texts.includes(label)) throw new Error(`no choice ${label} among ${texts}`);
    }
    for (let i = 0; i < (await ticks.count()); ++i) {
      const text = await field.locator("label").nth(i).textContent();
      const radio = (await ticks.nth(i).getAttribute("type")) === "radio";
      const on = wanted.includes(text);
      if (on || !radio) await ticks.nth(i).setChecked(on, LIMIT);
    }
    return undefined;
  }
  const box = field.locator("input, textarea");
  await box.fill(leaf.value, LIMIT);
  if (leaf.value === "") {
    const empty = field.locator("xpath=following-sibling::p[1][@class='fm-empty']/input");
    if ((await empty.count()) > 0) await empty.check(LIMIT);
  }
  return undefined;
}

// `context` runs no script.
export async function html(context, form, script) {
  const whole = pageAround(form.html);
  const problems = await problemsOf(whole);
  if (problems.length > 0) throw new Error(`HTML: ${problems.slice(0, 3).join("; ")}`);
  const page = await context.newPage();
  try {
    let body = null;
    await page.route("**", (route) => {
      const request = route.request();
      if (request.url() === POST && request.method() === "POST") body = request.postData() ?? "";
      return route.fulfill({ status: 200, contentType: "text/html; charset=utf-8", body: "<p>Sent.</p>" });
    });
    await page.goto("http://form.test/");
    await page.setContent(whole);
    // Constants are told, and nothing is asked of them.
    const fields = page.locator(".fm-field").filter({ has: page.locator("input, select, textarea") });
    if ((await fields.count()) !== script.length) throw new Error(`${await fields.count()} fields are shown`);
    const labels = [];
    for (let i = 0; i < script.length; ++i) {
      const field = fields.nth(i);
      labels.push(await field.locator("legend, label").first().textContent());
      if (script[i] !== null) await give(field, script[i]);
    }
    await page.locator("button[type=submit]").click(LIMIT);
    await page.getByText("Sent.").waitFor(LIMIT);
    const raw = Object.create(null); // A name may be __proto__.
    for (const [name, value] of new URLSearchParams(body))
      (raw[name] ??= []).push(value);
    return { raw, failed: null, labels };
  } finally {
    await page.close();
  }
}
