/**
 * The one way the UI talks to the server: JSON in, JSON out, `ApiError` on anything else.
 * The chosen workspace travels as a header, so every tab may show another workspace.
 */
import { ApiError, NO_ANSWER, toApiError } from "./errors";

export type Query = Record<string, string | number | boolean | null | undefined>;
export type RequestOptions = {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Version of the object being changed; the server answers 412 when somebody else was first. */
  ifMatch?: number | string;
  /** Repeating a write with the same key does it once. */
  idempotencyKey?: string;
  /** Finish it also when the page is closed meanwhile, as far as the browser can. */
  keepalive?: boolean;
};

const WORKSPACE_KEY = "tutti.workspace";

export function currentWorkspace(): string | null {
  return sessionStorage.getItem(WORKSPACE_KEY) ?? localStorage.getItem(WORKSPACE_KEY);
}

export function chooseWorkspace(id: string | null): void {
  for (const store of [sessionStorage, localStorage]) {
    if (id) store.setItem(WORKSPACE_KEY, id);
    else store.removeItem(WORKSPACE_KEY);
  }
}

export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** Headers every request carries: workspace, and the version and idempotency marks when asked. */
export function baseHeaders(options: RequestOptions = {}): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  const workspace = currentWorkspace();
  if (workspace) headers["x-workspace"] = workspace;
  if (options.ifMatch !== undefined) headers["if-match"] = `"${String(options.ifMatch).replaceAll('"', "")}"`;
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  return headers;
}

/** Browsers carry at most 64 KB to their end after the page has gone. */
const KEEPALIVE_BYTES_MAX = 60_000;

/** Whether the browser may finish a request whose page is closed meanwhile. */
function fitsKeepalive(body: BodyInit | undefined): boolean {
  return body === undefined || (typeof body === "string" && new Blob([body]).size <= KEEPALIVE_BYTES_MAX);
}

/** Sends and answers the raw response, or throws `ApiError`. */
export async function send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const headers = baseHeaders(options);
  let body: BodyInit | undefined;
  if (options.body instanceof Blob || options.body instanceof FormData || typeof options.body === "string") {
    body = options.body;
  } else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      keepalive: options.keepalive === true && fitsKeepalive(body),
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ title: "No answer from the server", status: NO_ANSWER, code: "no_answer" });
  }
  if (!response.ok) throw await toApiError(response);
  return response;
}

async function json<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

export const api = {
  get: <T>(path: string, options?: RequestOptions) => json<T>("GET", path, options),
  post: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>("POST", path, { ...options, body }),
  put: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>("PUT", path, { ...options, body }),
  patch: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>("PATCH", path, { ...options, body }),
  /** Also when the page is closed meanwhile: deletions wait for a while in which they can be taken back. */
  delete: <T = null>(path: string, options?: RequestOptions) =>
    json<T>("DELETE", path, { keepalive: true, ...options }),
};

/** Fetches a file with the session's rights and hands it to the browser as a download. */
export async function downloadFile(path: string, filename: string): Promise<void> {
  const response = await send("GET", path, { headers: { accept: "*/*" } });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  URL.revokeObjectURL(url);
}

/** Uploads a file or a form and reports bytes sent; `fetch` cannot do that. */
export function upload<T>(
  path: string,
  body: Blob | FormData,
  onProgress: (sent: number, total: number) => void,
  options: RequestOptions = {},
): { done: Promise<T>; cancel: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.open("POST", withQuery(path, options.query));
    for (const [name, value] of Object.entries(baseHeaders(options))) request.setRequestHeader(name, value);
    if (!(body instanceof FormData)) request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = async () => {
      if (request.status < 300) return resolve(JSON.parse(request.responseText) as T);
      reject(await toApiError(new Response(request.responseText, { status: request.status })));
    };
    request.onerror = () =>
      reject(new ApiError({ title: "No answer from the server", status: NO_ANSWER, code: "no_answer" }));
    request.onabort = () => reject(new ApiError({ title: "Upload stopped", status: NO_ANSWER, code: "aborted" }));
    request.send(body);
  });
  return { done, cancel: () => request.abort() };
}
