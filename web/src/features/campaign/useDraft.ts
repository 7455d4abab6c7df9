/**
 * A draft that saves itself: when typing rests and something differs from what is saved, one write at a time, never
 * over somebody else's version. The server's audit trail takes a run of such saves as one edit.
 * After a conflict nothing is written any more until the page is loaded again.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { isStatus } from "@/api/errors";
import type { Campaign } from "@/api/types";
import { type Draft, draftOf, sameDraft } from "./model";
import { campaignChanged, campaignPath } from "./queries";

const REST_MS = 2_500;

export type SaveState = "saved" | "waiting" | "saving" | "conflict" | "failed";

export function useDraft(campaign: Campaign, mayWrite: boolean) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(campaign));
  const [state, setState] = useState<SaveState>("saved");
  const [error, setError] = useState<unknown>(null);
  const [version, setVersion] = useState(campaign.version);
  const latest = useRef({ draft, saved: draft, version: campaign.version, stopped: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const running = useRef<Promise<boolean> | null>(null);

  const write = useCallback(async (): Promise<boolean> => {
    const now = latest.current;
    while (!sameDraft(now.draft, now.saved) && !now.stopped) {
      const writing = now.draft;
      setState("saving");
      try {
        const body = { ...writing, channel: "email" };
        const saved = await api.put<Campaign>(campaignPath(campaign.id), body, {
          ifMatch: now.version,
          keepalive: true,
        });
        now.saved = writing;
        now.version = saved.version;
        setVersion(saved.version);
        campaignChanged(saved);
        setError(null);
      } catch (failure) {
        now.stopped = isStatus(failure, 412);
        setError(failure);
        setState(now.stopped ? "conflict" : "failed");
        return false;
      }
    }
    if (!now.stopped) setState("saved");
    return !now.stopped;
  }, [campaign.id]);

  /** Writes what is waiting; answers whether everything on screen is on the server. */
  const save = useCallback((): Promise<boolean> => {
    clearTimeout(timer.current);
    running.current ??= write().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [write]);

  const change = useCallback(
    (next: (draft: Draft) => Draft) => {
      const now = latest.current;
      if (!mayWrite || now.stopped) return;
      now.draft = next(now.draft);
      setDraft(now.draft);
      clearTimeout(timer.current);
      if (sameDraft(now.draft, now.saved) && !running.current) return setState("saved");
      setState("waiting");
      timer.current = setTimeout(() => void save(), REST_MS);
    },
    [mayWrite, save],
  );

  useEffect(() => {
    const leave = () => void save();
    // Hidden comes before gone: the write is on its way when the page is closed.
    const hide = () => document.visibilityState === "hidden" && leave();
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [save]);

  return { draft, change, save, state, error, version };
}

export type DraftControl = ReturnType<typeof useDraft>;
