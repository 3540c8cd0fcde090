// The peers, behind one line of JSON per question: {"surface", "form", "script"} -> {"raw", "failed",
// "labels"}, {"error"}; "raw" is text, so that no number of it is read twice. With "errors" instead
// of a script: {"text"}, what then stands on the page.
import { createInterface } from "node:readline";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { card, jsonForms, rjsf } from "./people.mjs";
import { elicit } from "./elicit.mjs";
import { html, pageAround, problemsOf } from "./html.mjs";

const bundle = await esbuild.build({
  entryPoints: [new URL("page.jsx", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "iife",
  define: { "process.env.NODE_ENV": '"production"' },
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
const outside = [];
await page.route("**", (route) => {
  outside.push(route.request().url());
  return route.abort();
});
page.setDefaultTimeout(5000);
page.on("dialog", (dialog) => {
  if (dialog.message() === "Are you sure you want to delete the selected entry?") {
    return dialog.accept(); // JSON Forms asks before it removes a row.
  }
  outside.push(`dialog: ${dialog.message()}`);
  return dialog.dismiss();
});
await page.setContent("<!doctype html><html lang='en'><body></body></html>");
await page.addScriptTag({ content: bundle.outputFiles[0].text });

const scriptless = await browser.newContext({ javaScriptEnabled: false });

// What stands in an e-mail: its HTML must be such, and its text says the same.
async function email(_page, form) {
  const problems = await problemsOf(pageAround(form.html).replace(/<form[^>]*>|<\/form>|<p><button.*<\/p>/g, ""));
  if (problems.length > 0) throw new Error(`HTML: ${problems.slice(0, 3).join("; ")}`);
  const lines = form.text.split("\n").filter(Boolean);
  return { raw: null, failed: null, labels: lines };
}

const PEERS = {
  html: (_, form, script) => html(scriptless, form, script),
  email,
  rjsf,
  json_forms: jsonForms,
  adaptive_card: card,
  mcp: (_, form, script) => elicit(form, script),
};

const TELL = {
  rjsf: (form, errors) => page.evaluate(([a, b]) => window.showRjsf(a, b), [form, errors]),
  json_forms: (form, errors) => page.evaluate(([a, b]) => window.showJsonForms(a, b), [form, errors]),
  adaptive_card: (form, errors) =>
    page.evaluate((card) => window.showCard(card), { ...form, body: [...errors, ...form.body] }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { surface, form, script, errors } = JSON.parse(line);
  let reply;
  try {
    if (errors) {
      await TELL[surface](form, errors);
      process.stdout.write(JSON.stringify({ text: await page.locator("body").innerText() }) + "\n");
      continue;
    }
    const { raw, failed, labels } = await PEERS[surface](page, form, script);
    reply = { raw: JSON.stringify(raw ?? null), failed: failed ?? null, labels };
    if (outside.length > 0) reply.error = `it reached out: ${outside.splice(0)}`;
  } catch (error) {
    reply = { error: String(error.message ?? error).slice(0, 400) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
}
await browser.close();
