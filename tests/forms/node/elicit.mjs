// A full elicitation between MCP's own server and client: the server checks the request and the
// answer, as any host's SDK does.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

function answerOf(schema, leaf) {
  if (leaf.kind === "choice" && schema.type === "boolean") return leaf.value === "Yes";
  const constant = (list, label) => {
    const found = list.find((choice) => choice.title === label);
    if (!found) throw new Error(`no choice ${label}`);
    return found.const;
  };
  if (leaf.kind === "choice") return constant(schema.oneOf, leaf.value);
  if (leaf.kind === "choices") return leaf.value.map((label) => constant(schema.items.anyOf, label));
  return schema.type === "string" ? leaf.value : Number(leaf.value);
}

export async function elicit(form, script) {
  const server = new Server({ name: "asks", version: "1" }, { capabilities: {} });
  const client = new Client({ name: "answers", version: "1" }, { capabilities: { elicitation: { form: {} } } });
  let labels = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    const fields = Object.entries(params.requestedSchema.properties);
    if (fields.length !== script.length) throw new Error(`${fields.length} fields`);
    labels = fields.map(([, schema]) => schema.title);
    const content = {};
    fields.forEach(([key, schema], i) => {
      if (script[i] !== null) content[key] = answerOf(schema, script[i]);
    });
    return { action: "accept", content };
  });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  try {
    const result = await server.elicitInput(form);
    return { raw: result.content, failed: null, labels };
  } finally {
    await client.close();
    await server.close();
  }
}
