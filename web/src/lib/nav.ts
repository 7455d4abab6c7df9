/** Reading and writing the address: parameters, search values kept in the URL, page titles. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";

/** A path parameter of the current route. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}

/** One search value of the URL; setting "" removes it. Typing does not fill the history. */
export function useSearchValue(name: string, fallback = ""): [string, (next: string) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const value = search[name];
  const set = useCallback(
    (next: string) => {
      void navigate({
        to: ".",
        replace: true,
        resetScroll: false,
        search: (before: Record<string, unknown>) => ({
          ...before,
          [name]: next && next !== fallback ? next : undefined,
        }),
      } as never);
    },
    [navigate, name, fallback],
  );
  return [value === undefined || value === null ? fallback : String(value), set];
}

/** Goes to a path made by `paths`. */
export function useGo(): (to: string, options?: { replace?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback(
    (to: string, options?: { replace?: boolean }) => {
      void navigate({ href: to, replace: options?.replace } as never);
    },
    [navigate],
  );
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Tutti` : "Tutti";
  }, [title]);
}
