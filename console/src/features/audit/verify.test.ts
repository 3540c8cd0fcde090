import { expect, test } from "vitest";
import { type Entry, sha256, Verifier } from "./verify";

async function chain(bodies: string[], tenant = "default", stream = "wf_x"): Promise<Entry[]> {
  let prev_hash = await sha256(`fermata-stream-1\n${tenant}\n${stream}`);
  const entries: Entry[] = [];
  for (const [n, what] of bodies.entries()) {
    const body = JSON.stringify({ version: n + 1, what });
    const hash = await sha256(`${prev_hash}\n${body}`);
    entries.push({ version: n + 1, body, prev_hash, hash });
    prev_hash = hash;
  }
  return entries;
}

async function judge(entries: Entry[], tenant = "default", stream = "wf_x") {
  const verifier = new Verifier(tenant, stream);
  await verifier.take(entries);
  return verifier.verdict();
}

test("P11 a whole history is found whole, page by page as well", async () => {
  const entries = await chain(["a", "b", "ü€😀"]);
  expect(await judge(entries)).toMatchObject({ fault: null, records: 3, head: entries[2]?.hash });
  const verifier = new Verifier("default", "wf_x");
  for (const one of entries) await verifier.take([one]);
  expect(verifier.verdict().fault).toBeNull();
});

test("P11 each way to tamper is found where it was done", async () => {
  const whole = await chain(["a", "b", "c", "d"]);
  const changed = whole.map((one) => ({ ...one }));
  (changed[1] as Entry).body = (changed[1] as Entry).body.replace("b", "x");
  expect(await judge(changed)).toMatchObject({ fault: "hash", at: 2 });
  expect(await judge([whole[0], whole[2]] as Entry[])).toMatchObject({ fault: "gap", at: 3 });
  expect(await judge(whole.slice(1))).toMatchObject({ fault: "gap", at: 2 });
  const renewed = await chain(["a", "x", "c", "d"]);
  const spliced = [whole[0], renewed[1], whole[2]] as Entry[];
  expect(await judge(spliced)).toMatchObject({ fault: "chain", at: 3 });
  expect(await judge(whole, "other")).toMatchObject({ fault: "chain", at: 1 });
  expect(await judge(whole, "default", "wf_y")).toMatchObject({ fault: "chain", at: 1 });
  expect(await judge([])).toMatchObject({ fault: "empty" });
});
