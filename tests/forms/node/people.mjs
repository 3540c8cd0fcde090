// Fills forms in as a person does: field by field, in the order in which they stand on the page.
//
// A leaf of the script is {kind, value}: "text" with the text to type, "choice" with the label to
// choose, "choices" with labels, "rows" with a list of lists of leaves; or null to leave it alone.

const LIMIT = { timeout: 5000 };

async function typeInto(input, text) {
  const type = await input.getAttribute("type");
  if (type === "checkbox") {
    await input.check(LIMIT);
    if (text === "No") await input.uncheck(LIMIT);
    return;
  }
  await input.fill("", LIMIT);
  await input.fill(text, LIMIT);
  await input.blur();
}

async function chooseIn(select, labels) {
  const values = await select.evaluate(
    (element, wanted) =>
      wanted.map(
        (label) => [...element.options].find((o) => (o.label || o.text) === label)?.index ?? -1,
      ),
    labels,
  );
  if (values.includes(-1)) throw new Error(`no option ${labels}`);
  await select.selectOption(
    values.map((index) => ({ index })),
    LIMIT,
  );
}

// A radio or checkbox by the text of its label.
async function tick(group, label, on = true) {
  const labels = group.locator("label").filter({ has: group.page().locator("input") });
  const texts = await labels.allTextContents();
  const at = texts.findIndex((text) => text.trim() === label.trim());
  if (at < 0) throw new Error(`no choice ${label} among ${texts}`);
  await labels.nth(at).locator("input").setChecked(on, LIMIT);
}

async function fillIn(field, leaf) {
  const select = field.locator("select");
  if ((await select.count()) > 0) {
    await chooseIn(select.first(), leaf.kind === "choices" ? leaf.value : [leaf.value]);
  } else if (leaf.kind === "choices") {
    const boxes = field.locator("input[type=checkbox]");
    for (let i = 0; i < (await boxes.count()); ++i) await boxes.nth(i).uncheck(LIMIT);
    for (const label of leaf.value) await tick(field, label);
  } else if (leaf.kind === "choice" && (await field.locator("input[type=radio]").count()) > 0) {
    await tick(field, leaf.value);
  } else {
    await typeInto(field.locator("input, textarea").first(), leaf.value);
  }
}

// --- RJSF

function paths(schema, ui, at) {
  const names = ui?.["ui:order"] ?? Object.keys(schema.properties ?? {});
  return names.flatMap((name) => {
    const id = `${at}_${name}`;
    const inner = schema.properties[name];
    return inner.type === "object" ? paths(inner, ui[name], id) : [{ id, schema: inner, ui: ui?.[name] }];
  });
}

async function fillRjsfField(page, { id, schema, ui }, leaf) {
  if (leaf === null) return;
  if (leaf.kind !== "rows") {
    const field = page.locator(`[id="${id}"]`);
    const tag = await field.evaluate((element) => element.tagName);
    if (tag === "SELECT") return chooseIn(field, [leaf.value].flat());
    if (tag === "INPUT" || tag === "TEXTAREA") return typeInto(field, leaf.value);
    return fillIn(field, leaf);
  }
  for (let row = 0; row < leaf.value.length; ++row) {
    const item = `${id}_${row}`;
    const list = page.locator(`fieldset[id="${id}"], [id="${id}"]`).first();
    if ((await page.locator(`[id="${item}"]`).count()) === 0) {
      await list.locator(".rjsf-array-item-add button").last().click(LIMIT);
    }
    const inner =
      schema.items.type === "object"
        ? paths(schema.items, ui?.items, item)
        : [{ id: item, schema: schema.items }];
    for (let i = 0; i < inner.length; ++i) await fillRjsfField(page, inner[i], leaf.value[row][i]);
  }
}

export async function rjsf(page, form, script) {
  await page.evaluate((shown) => window.showRjsf(shown), form);
  const fields = paths(form.schema, form.uiSchema, "root");
  if (fields.length !== script.length) throw new Error(`${fields.length} fields are shown`);
  const labels = [];
  for (const { id, schema } of fields) {
    const text = await page.locator(`[id="${id}"], label[for="${id}"]`).first().evaluate((element) => {
      const box = element.closest(".rjsf-field") ?? element.parentElement;
      return box.textContent;
    });
    labels.push(text.includes(schema.title) ? schema.title : `(not shown: ${schema.title})`);
  }
  for (let i = 0; i < fields.length; ++i) await fillRjsfField(page, fields[i], script[i]);
  await page.locator("button[type=submit]").click(LIMIT);
  return { raw: await page.evaluate(() => window.given), failed: await page.evaluate(() => window.failed), labels };
}

// --- JSON Forms

async function fillTable(table, leaf, page) {
  const rows = leaf.kind === "choices" ? leaf.value.map((value) => [{ kind: "choice", value }]) : leaf.value;
  const existing = table.locator("tbody tr", { has: page.locator("button") });
  for (let left = await existing.count(); left > rows.length; --left) {
    await existing.last().locator("button").click(LIMIT);
  }
  for (let row = 0; row < rows.length; ++row) {
    if ((await existing.count()) <= row) await table.locator("header button").click(LIMIT);
    const cells = existing.nth(row).locator("td");
    for (let i = 0; i < rows[row].length; ++i) {
      if (rows[row][i] !== null) await fillIn(cells.nth(i), rows[row][i]);
    }
  }
}

export async function jsonForms(page, form, script) {
  await page.evaluate((shown) => window.showJsonForms(shown), form);
  const fields = page.locator(".control, .array-table-layout, .array-table");
  const count = await fields.count();
  if (count !== script.length) throw new Error(`${count} fields are shown, not ${script.length}`);
  const labels = [];
  for (let i = 0; i < count; ++i) {
    labels.push((await fields.nth(i).locator("label").first().textContent()).replace(/\*$/, ""));
  }
  for (let i = 0; i < count; ++i) {
    if (script[i] === null) continue;
    const table = (await fields.nth(i).locator("table").count()) > 0;
    await (table ? fillTable(fields.nth(i), script[i], page) : fillIn(fields.nth(i), script[i]));
  }
  return { raw: await page.evaluate(() => window.given), failed: await page.evaluate(() => window.failed), labels };
}

// --- Adaptive Cards

export async function card(page, form, script) {
  const problems = await page.evaluate((shown) => window.showCard(shown), form);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const fields = page.locator("[data-leaf]");
  if ((await fields.count()) !== script.length) throw new Error(`${await fields.count()} inputs`);
  const labels = [];
  for (let i = 0; i < script.length; ++i) {
    const field = page.locator(`[data-leaf="${i}"]`);
    labels.push(await field.evaluate((element) => element.parentElement.textContent));
    if (script[i] === null) continue;
    const inputs = field.locator("input[type=radio], input[type=checkbox]");
    const count = await inputs.count();
    if (count > 0) {
      const wanted = [script[i].value].flat();
      const texts = (await field.locator("label").allTextContents()).slice(-count);
      for (const label of wanted) if (!texts.includes(label)) throw new Error(`no ${label}`);
      for (let at = 0; at < count; ++at) {
        const on = wanted.includes(texts[at]);
        const radio = (await inputs.nth(at).getAttribute("type")) === "radio";
        if (on || !radio) await inputs.nth(at).setChecked(on, LIMIT);
      }
    } else {
      await fillIn(field, script[i]);
    }
  }
  await page.locator("button.ac-pushButton").click(LIMIT);
  return { raw: await page.evaluate(() => window.given), failed: null, labels };
}
