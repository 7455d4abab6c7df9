/** What can go wrong between the UI and the server, as one error class (RFC 9457 problem details). */

export type FieldProblem = { pointer: string; code: string; detail: string };

export type Problem = {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  request_id?: string;
  errors?: FieldProblem[];
};

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** Status used when no answer came at all (server down, no network). */
export const NO_ANSWER = 0;

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** JSON pointer of the problem ("/condition/all/0") to a form path ("condition.all.0"). */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const entries = (error.problem.errors ?? []).map((field) => [
    field.pointer.replace(/^\//, "").replaceAll("/", "."),
    field.detail,
  ]);
  return Object.fromEntries(entries);
}

/** Reads a failed answer; servers in front of ours may answer something that is not problem+json. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  try {
    const body = JSON.parse(text) as Partial<Problem>;
    if (body && typeof body.title === "string") {
      return new ApiError({ code: "unknown", ...body, title: body.title, status: body.status ?? response.status });
    }
  } catch {
    // not JSON: fall through
  }
  return new ApiError({
    title: response.statusText || `HTTP ${response.status}`,
    detail: text.slice(0, 300),
    status: response.status,
    code: "unknown",
    request_id: response.headers.get("x-request-id") ?? undefined,
  });
}
