// A full round with the official TypeScript SDK of line 1: ask, wait, print the answer as JSON.
//   FERMATA_KEY=... node round.mjs URL plain|progress|task ARGUMENTS
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, how, text] = process.argv.slice(2);
const call = { name: "request_approval", arguments: JSON.parse(text) };
const headers = { Authorization: `Bearer ${process.env.FERMATA_KEY}` };
const client = new Client({ name: "fermata-tests", version: "1.0.0" });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
const { tools } = await client.listTools();

let result;
let progress = 0;
const states = [];
if (how === "task") {
  for await (const message of client.experimental.tasks.callToolStream(call, undefined, { task: { ttl: 60000 } })) {
    states.push(message.type);
    if (message.type === "result") result = message.result;
    if (message.type === "error") throw message.error;
  }
} else {
  const following = { onprogress: () => { progress += 1; }, resetTimeoutOnProgress: true };
  result = await client.callTool(call, undefined, how === "progress" ? following : {});
}
console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), result, progress, states }));
await client.close();
