/** Maps kept payloads once more and says what came of it. */
import { plural } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import { toastDone } from "@/ui/toast";
import { replay } from "../connect/queries";
import type { Connection, Replayed } from "../connect/types";

export function useReplay(connection: Connection) {
  return useMutation({
    mutationFn: (ids: string[] | undefined) => replay(connection.id, ids),
    onSuccess: (done) => toastDone(said(done)),
  });
}

function said({ replayed, events, failed }: Replayed): string {
  const parts = [
    plural(replayed, { one: "# payload was replayed.", other: "# payloads were replayed." }),
    plural(events, { one: "It made # event.", other: "They made # events." }),
    failed > 0 && plural(failed, { one: "# failed again.", other: "# failed again." }),
  ];
  return parts.filter(Boolean).join(" ");
}
