/**
 * Server-sent events over `fetch`, because the browser's own EventSource cannot send the workspace header.
 * Reconnects by itself, waiting longer each time, until it is closed.
 */
import { baseHeaders, type Query, withQuery } from "./client";

export type StreamState = "connecting" | "open" | "waiting" | "closed";
export type StreamHandlers = {
  onEvent: (name: string, data: unknown) => void;
  onState?: (state: StreamState) => void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Splits a growing text into complete events; answers the rest that is not complete yet. */
export function parseEvents(text: string, emit: (name: string, data: string) => void): string {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  for (const block of blocks) {
    let name = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
    if (data.length > 0) emit(name, data.join("\n"));
  }
  return rest;
}

export function openStream(path: string, query: Query, handlers: StreamHandlers): () => void {
  const stop = new AbortController();
  const { onEvent, onState = () => {} } = handlers;

  async function readOnce(onOpen: () => void): Promise<void> {
    const response = await fetch(withQuery(path, query), {
      headers: { ...baseHeaders(), accept: "text/event-stream" },
      credentials: "same-origin",
      signal: stop.signal,
    });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    onOpen();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      buffer = parseEvents(buffer + value, (name, data) => {
        try {
          onEvent(name, JSON.parse(data));
        } catch {
          onEvent(name, data);
        }
      });
    }
  }

  async function run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!stop.signal.aborted) {
      onState("connecting");
      try {
        await readOnce(() => {
          wait = FIRST_WAIT_MS;
          onState("open");
        });
      } catch {
        // fall through to the wait: the stream is retried whatever the reason
      }
      if (stop.signal.aborted) break;
      onState("waiting");
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    onState("closed");
  }

  void run();
  return () => stop.abort();
}
