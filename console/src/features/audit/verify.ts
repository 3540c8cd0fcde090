// Checks a history by itself: nothing that the server says of its own hashes is believed.

export interface Entry {
  version: number;
  body: string;
  prev_hash: string;
  hash: string;
}
export type Fault = "gap" | "chain" | "hash" | "version" | "empty";
export interface Verdict {
  records: number;
  head: string;
  fault: Fault | null;
  at: number; // The version of the record that is wrong.
}

export async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export class Verifier {
  private records = 0;
  private head = "";
  private fault: Fault | null = null;
  private at = 0;

  constructor(
    private readonly tenant: string,
    private readonly stream: string,
  ) {}

  // The next records, in their order. After a fault nothing more is looked at.
  async take(entries: Entry[]): Promise<void> {
    if (this.records === 0)
      this.head = await sha256(`fermata-stream-1\n${this.tenant}\n${this.stream}`);
    for (const entry of entries) {
      if (this.fault) return;
      this.fault = await this.look(entry);
      if (this.fault) {
        this.at = entry.version;
        return;
      }
      this.head = entry.hash;
      this.records += 1;
    }
  }

  private async look(entry: Entry): Promise<Fault | null> {
    if (entry.version !== this.records + 1) return "gap";
    if (entry.prev_hash !== this.head) return "chain";
    if ((await sha256(`${entry.prev_hash}\n${entry.body}`)) !== entry.hash) return "hash";
    return versionIn(entry.body) === entry.version ? null : "version";
  }

  verdict(): Verdict {
    const fault = this.fault ?? (this.records === 0 ? "empty" : null);
    return { records: this.records, head: this.head, fault, at: this.at };
  }
}

function versionIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { version?: unknown }).version;
  } catch {
    return undefined;
  }
}
