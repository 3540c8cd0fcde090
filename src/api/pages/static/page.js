// The interactive page: reads /openapi.json, shows each operation, sends requests with the key that
// was typed in. The key stays in the page and is forgotten with it. Everything from the document and
// from answers is put in as text, never as HTML.
"use strict";

const METHODS = ["get", "post", "put", "delete"];
let api = {};

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Text with `code` in it, as nodes.
function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

// Follows one $ref; members beside it win.
function resolve(node) {
  if (!node || !node.$ref) return node;
  const target = node.$ref.slice(2).split("/").reduce((at, name) => at[name], api);
  const { $ref, ...rest } = node;
  return { ...resolve(target), ...rest };
}

// A schema with its references followed, for reading; a type that contains itself is named only.
function unfold(node, inside = []) {
  if (Array.isArray(node)) return node.map((item) => unfold(item, inside));
  if (!node || typeof node !== "object") return node;
  if (node.$ref) {
    if (inside.includes(node.$ref)) return node.$ref.split("/").pop();
    return unfold(resolve(node), [...inside, node.$ref]);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, unfold(value, inside)]));
}

const pretty = (value) => JSON.stringify(value, null, 2);
const hint = (schema) =>
  (schema.examples || [])[0] ?? schema.default ?? (schema.enum ? schema.enum.join(" | ") : schema.pattern ?? "");

function parameterField(parameter) {
  const schema = resolve(parameter.schema);
  const input = element("input", { name: parameter.name, placeholder: hint(schema) });
  input.dataset.place = parameter.in;
  const label = element("label", {}, `${parameter.name} `,
    element("small", {}, `${parameter.in}${parameter.required ? ", required" : ""}`),
    element("br"), input);
  if (parameter.description) label.title = parameter.description;
  return label;
}

function folded(title, value) {
  const pre = element("pre", {});
  const details = element("details", { ontoggle: () => { pre.textContent ||= pretty(value()); } },
    element("summary", {}, title), pre);
  return details;
}

function requestOf(form, method, path) {
  const headers = {};
  const query = new URLSearchParams();
  let url = path;
  for (const input of form.querySelectorAll("input[data-place]")) {
    const value = input.value.trim();
    if (input.dataset.place === "path") url = url.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value && input.dataset.place === "query") query.append(input.name, value);
    else if (value) headers[input.name] = value;
  }
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  const body = form.querySelector("textarea")?.value.trim();
  if (body) headers["Content-Type"] = "application/json";
  if (query.size) url += `?${query}`;
  return [url, { method: method.toUpperCase(), headers, body: body || undefined, redirect: "error" }];
}

async function show(answer, output) {
  const good = answer.ok || answer.status === 304;
  const status = element("strong", { class: good ? "status-ok" : "status-bad" },
    `${answer.status} ${answer.statusText}`);
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const pre = element("pre", {});
  output.replaceChildren(status, element("pre", {}, headers), pre);
  if ((answer.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) pre.append(part.value);
    return;
  }
  const text = await answer.text();
  try { pre.textContent = pretty(JSON.parse(text)); } catch { pre.textContent = text; }
}

function operationView(method, path, shared, operation) {
  const output = element("div", { "aria-live": "polite" });
  const parameters = [...(shared || []), ...(operation.parameters || [])].map(resolve);
  const body = operation.requestBody?.content["application/json"];
  const form = element("form", { onsubmit: async (event) => {
    event.preventDefault();
    output.textContent = "Waiting…";
    try { await show(await fetch(...requestOf(form, method, path)), output); }
    catch (error) { output.textContent = `No answer: ${error.message}`; }
  } }, ...parameters.map(parameterField));
  if (body) {
    const area = element("textarea", { "aria-label": "Body", spellcheck: "false" });
    area.value = body.example ? pretty(body.example) : "{}";
    form.append(area, folded("Schema of the body", () => unfold(body.schema)));
  }
  form.append(element("button", {}, "Send"));
  const kinds = operation["x-fermata-kinds"];
  return element("details", { class: "operation", id: operation.operationId },
    element("summary", {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", {}, operation.summary || ""),
      element("span", { class: "kinds" }, kinds.length ? kinds.join(" · ") : "public")),
    element("div", {},
      operation.description ? element("p", {}, ...prose(operation.description)) : null,
      form,
      folded("Answers", () => unfold(Object.fromEntries(Object.entries(operation.responses)
        .map(([status, response]) => [status, resolve(response)])))),
      output));
}

function showOperations() {
  document.getElementById("version").textContent = api.info.version;
  document.getElementById("description").replaceChildren(...prose(api.info.description));
  const groups = new Map(api.tags.map((tag) => [tag.name, element("section", {},
    element("h2", {}, tag.name, " ", element("small", {}, tag.description || "")))]));
  for (const [path, item] of Object.entries(api.paths))
    for (const method of METHODS.filter((name) => item[name]))
      groups.get(item[method].tags[0]).append(operationView(method, path, item.parameters, item[method]));
  document.getElementById("operations").replaceChildren(...groups.values());
  if (location.hash) document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
}

async function whoami() {
  const output = document.getElementById("whoami");
  const key = document.getElementById("key").value.trim();
  if (!key) { output.textContent = ""; return; }
  const answer = await fetch("/v1/me", { headers: { Authorization: `Bearer ${key}` } });
  const me = await answer.json();
  output.textContent = answer.ok ? `${me.kind} ${me.id}` : me.title;
}

function filter(event) {
  const wanted = event.target.value.toLowerCase();
  for (const view of document.querySelectorAll("details.operation"))
    view.hidden = !view.querySelector("summary").textContent.toLowerCase().includes(wanted);
}

document.getElementById("key").addEventListener("change", whoami);
document.getElementById("key-form").addEventListener("submit", (event) => { event.preventDefault(); whoami(); });
document.getElementById("filter").addEventListener("input", filter);
fetch("/openapi.json").then((answer) => answer.json()).then((document_) => { api = document_; showOperations(); })
  .catch((error) => { document.getElementById("operations").textContent = `No document: ${error.message}`; });
