// What a browser loads before it shows the inbox, gzipped, must stay below a limit.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_BYTES = 350_000;
const manifest = JSON.parse(readFileSync("dist/manifest.json", "utf8"));
const files = new Set();

function take(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) take(imported);
}

take("index.html");
for (const key of Object.keys(manifest)) if (/features\/inbox\/page\.tsx$/.test(key)) take(key);
let bytes = 0;
for (const file of files) bytes += gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
console.log(JSON.stringify({ inbox_bytes_gzipped: bytes, limit: MOST_BYTES, files: files.size }));
if (bytes > MOST_BYTES) process.exit(1);
