// What the tests of the console share: the server that runs, a browser, people who are signed in, and
// an agent that asks.

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chromium } from "playwright-core";

export const world = JSON.parse(process.env.FERMATA_WORLD);

export async function browser() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

async function send(who, method, path, body) {
  const answer = await fetch(world.url + path, {
    method,
    headers: {
      Authorization: `Bearer ${world.keys[who]}`,
      "Content-Type": "application/json",
      ...(method === "GET" ? {} : { "Idempotency-Key": randomUUID() }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const told = text ? JSON.parse(text) : {};
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return told;
}
export const get = (who, path) => send(who, "GET", path);
export const post = (who, path, body = {}) => send(who, "POST", path, body);

export function ask(body) {
  return post("billing-agent", "/v1/approvals", body);
}
export function askRefund(amount, customer, more = {}) {
  return ask({ action: "refund", arguments: { amount, currency: "EUR", customer, ...more } });
}

// Somebody with a browser window of their own. Whatever the page logs as an error, or asks of another
// origin, fails the test.
export async function person(chrome, who, { width = 1280, height = 900, dark = false, path = "/inbox" } = {}) {
  const context = await chrome.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (401|403|404|409|412|422|503)|ERR_/.test(message.text()))
      trouble.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== world.url && url.protocol !== "data:" && url.protocol !== "blob:")
      trouble.push(`asked ${url.origin}`);
  });
  await page.goto(world.url + path);
  await page.getByLabel("Your key").fill(world.keys[who]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
  return { page, context, trouble };
}

export async function noViolations(page, what) {
  const found = await new AxeBuilder({ page }).analyze();
  const told = found.violations.map(
    (one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join("\n")}`,
  );
  assert.deepEqual(told, [], `${what}: axe`);
}
