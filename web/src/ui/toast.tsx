/** Short messages at the edge of the screen, and deletions that can be taken back for ten seconds. */

import { t } from "@lingui/core/macro";
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ApiError } from "@/api/errors";
import { problemTitle } from "@/lib/problems";

const UNDO_MS = 10_000;

/** The cross has no text of its own. */
const closable = () => ({ closeButtonProps: { "aria-label": t`Close` } });

export function toastDone(message: string): void {
  notifications.show({ ...closable(), message, color: "teal", autoClose: 4000 });
}

/** A failure: in the reader's words, with the server's own, and the request id for whoever looks into it. */
export function toastError(error: unknown): void {
  const problem = error instanceof ApiError ? error.problem : null;
  const title = problemTitle(problem);
  const detail = problem ? (problem.detail ?? "") : String((error as Error)?.message ?? error);
  const fields = (problem?.errors ?? []).map((field) => field.detail).join(" · ");
  const parts = [detail === title ? "" : detail, fields, problem?.request_id ? `(${problem.request_id})` : ""];
  notifications.show({
    ...closable(),
    title,
    message: parts.filter(Boolean).join(" "),
    color: "red",
    autoClose: 10_000,
    role: "alert",
  });
}

type Offer = { message: string; label: string; act: () => void };

/** A message with one button. */
function withButton({ message, label, act }: Offer, color: string): void {
  const id = notifications.show({
    ...closable(),
    autoClose: UNDO_MS,
    color,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          style={{ flex: "none" }}
          onClick={() => {
            notifications.hide(id);
            act();
          }}
        >
          {label}
        </Button>
      </Group>
    ),
  });
}

/** Says that something is done and offers what is likely to come next; it goes away by itself. */
export function toastOffer(offer: Offer): void {
  withButton(offer, "teal");
}

type Undoable = {
  message: string;
  /** Does it for real; called after ten seconds, or when the page is left. */
  commit: () => Promise<unknown>;
  /** Puts the screen back as it was: after Undo, and when `commit` fails. */
  restore: () => void;
};

/** Hides first, does it after ten seconds; the caller has already taken the thing off the screen. */
export function undoable({ message, commit, restore }: Undoable): void {
  let open = true;
  const finish = () => {
    if (!open) return;
    open = false;
    window.removeEventListener("pagehide", finish);
    commit().catch((error) => {
      restore();
      toastError(error);
    });
  };
  const timer = setTimeout(finish, UNDO_MS);
  window.addEventListener("pagehide", finish);
  const act = () => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    window.removeEventListener("pagehide", finish);
    restore();
  };
  withButton({ message, label: t`Undo`, act }, "gray");
}
