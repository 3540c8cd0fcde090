// JSON whose numbers stay what they are: those that a double cannot hold are kept as they were
// written, and written like that again.

export class ExactNumber {
  constructor(readonly source: string) {}
  toString(): string {
    return this.source;
  }
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;
const raw = (JSON as { rawJSON?: (source: string) => unknown }).rawJSON;

// Whether this browser can write what it has read.
export const keepsNumbers = raw !== undefined;

const keep: Reviver = (_key, value, context) => {
  if (typeof value !== "number" || context?.source === undefined) return value;
  const same = Number.isInteger(value) ? Number.isSafeInteger(value) : true;
  const written = context.source;
  return same && (Number.isInteger(value) || String(value) === written)
    ? value
    : new ExactNumber(written);
};

export function readJson(text: string): unknown {
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (!(one instanceof ExactNumber)) return one;
    if (!raw) throw new Error(`this browser would round ${one.source}`);
    return raw(one.source);
  });
}
