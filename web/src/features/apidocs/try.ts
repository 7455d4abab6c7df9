/** Sends the request as it stands on screen. The raw answer is the point, so this does not go through the API client. */
import { currentWorkspace } from "@/api/client";
import { addressOf, type Filled, type Operation } from "./model";

export type Answer = { status: number; reason: string; tookMs: number; type: string; text: string; cut: boolean };

/** Streams never end and exports may be large: this much, and this long, shows what an answer looks like. */
const SHOWN_BYTES = 100_000;
const LISTEN_MS = 4_000;

export async function send(operation: Operation, filled: Filled, key: string): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (key) headers.authorization = `Bearer ${key}`;
  const workspace = currentWorkspace();
  if (!key && workspace) headers["x-workspace"] = workspace;
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = filled.parameters[name];
    if (place === "header" && value) headers[name] = value;
  }
  if (filled.bodyType) headers["content-type"] = filled.bodyType;
  const started = performance.now();
  const response = await fetch(addressOf(operation, filled), {
    method: operation.method.toUpperCase(),
    headers,
    body: filled.bodyType ? filled.body : undefined,
    // A key stands for itself; the session is used only without one.
    credentials: key ? "omit" : "same-origin",
  });
  const tookMs = performance.now() - started;
  const { text, cut } = await read(response);
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, reason: response.statusText, tookMs, type, text: pretty(text, type, cut), cut };
}

async function read(response: Response): Promise<{ text: string; cut: boolean }> {
  const reader = response.body?.getReader();
  if (!reader) return { text: "", cut: false };
  const decoder = new TextDecoder();
  let text = "";
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    void reader.cancel();
  }, LISTEN_MS);
  try {
    while (text.length < SHOWN_BYTES) {
      const { done, value } = await reader.read();
      if (done) return { text, cut: over };
      text += decoder.decode(value, { stream: true });
    }
    void reader.cancel();
    return { text: text.slice(0, SHOWN_BYTES), cut: true };
  } finally {
    clearTimeout(timer);
  }
}

function pretty(text: string, type: string, cut: boolean): string {
  if (cut || !type.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
