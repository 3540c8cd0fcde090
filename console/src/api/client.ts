// The only way to the server. The session is a cookie; what changes something carries the session's
// token, and a key of its own so that a repeat after a lost answer changes nothing twice.

import createClient, { type Middleware } from "openapi-fetch";
import { readJson, writeJson } from "./exact";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Approval = Schemas["ApprovalRequest"];
export type Problem = Schemas["Problem"];

export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
  get status(): number {
    return this.problem.status;
  }
  get reason(): string {
    return this.problem.reason;
  }
}

// No answer came: whether it was done is not known, and the same may be sent again.
export class Unreachable extends Error {}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
let csrfToken = "";
let onSignedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

export function newKey(): string {
  return crypto.randomUUID();
}

const session: Middleware = {
  onRequest({ request }) {
    if (SAFE.has(request.method)) return request;
    if (csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
};

async function exactFetch(request: Request): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("the server cannot be reached");
  }
  if (answer.status === 204 || answer.status === 304) return answer;
  const text = await answer.text();
  const headers = new Headers(answer.headers);
  headers.set("content-length", String(text.length));
  const kept = new Response(text, { status: answer.status, headers });
  kept.json = async () => readJson(text);
  return kept;
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "http://localhost",
  credentials: "same-origin",
  fetch: exactFetch,
  bodySerializer: writeJson,
});
api.use(session);

const UNKNOWN: Problem = {
  type: "about:blank",
  title: "The server gave no answer that can be read",
  status: 0,
  detail: "",
  reason: "unknown",
  request_id: "",
  retryable: true,
};

// What was asked for, or an ApiProblem.
export async function must<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  const told = typeof error === "object" && error !== null ? (error as Partial<Problem>) : {};
  const problem: Problem = { ...UNKNOWN, status: response.status, ...told };
  if (response.status === 401) onSignedOut();
  throw new ApiProblem(problem);
}

// The generator tells of a page's items once as anything and once as what they are.
export function itemsOf<One>(page: { items: unknown[] }): One[] {
  return page.items as One[];
}
