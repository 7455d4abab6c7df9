/** Tries refused items once more and says what came of it. */
import { plural } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import type { Source } from "@/api/types";
import { toastDone } from "@/ui/toast";
import { type Retried, type Retry, retry } from "../queries";

export function useRetry(source: Source, onDone: (retried: Retried) => void = () => {}) {
  return useMutation({
    mutationFn: (items: Retry) => retry(source.id, items),
    onSuccess: (retried) => {
      toastDone(said(retried));
      onDone(retried);
    },
  });
}

function said({ accepted, duplicates, refused }: Retried): string {
  const again = refused.length;
  const parts = [
    plural(accepted, { one: "# event was accepted.", other: "# events were accepted." }),
    duplicates > 0 && plural(duplicates, { one: "# was there already.", other: "# were there already." }),
    again > 0 && plural(again, { one: "# was refused again.", other: "# were refused again." }),
  ];
  return parts.filter(Boolean).join(" ");
}
