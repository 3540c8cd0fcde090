// The same with line 2 of the SDK, which speaks both eras and prefers the newer one.
//   FERMATA_KEY=... node round_modern.mjs URL ARGUMENTS
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [url, text] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${process.env.FERMATA_KEY}` };
const client = new Client({ name: "fermata-tests", version: "1.0.0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
const { tools } = await client.listTools();
const result = await client.callTool({ name: "request_approval", arguments: JSON.parse(text) });
console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), result }));
await client.close();
