/** The progress of a running campaign as it is now, from the server's stream. */
import { useEffect, useRef, useState } from "react";
import { queryClient } from "@/api/query";
import { openStream } from "@/api/sse";
import type { Campaign, CampaignProgress, CampaignProgressEvent } from "@/api/types";
import { isRunning, ratePerSecond } from "./model";
import { campaignPath, campaignQuery } from "./queries";

export function useProgress(campaign: Campaign): { progress: CampaignProgress; rate: number | null } {
  const [progress, setProgress] = useState<CampaignProgress>(campaign.progress);
  const [rate, setRate] = useState<number | null>(null);
  const before = useRef<{ at: number; open: number } | null>(null);
  const running = isRunning(campaign.state);
  const { id } = campaign;

  useEffect(() => {
    if (!running) return;
    before.current = null;
    const close = openStream(
      `${campaignPath(id)}/progress/stream`,
      {},
      {
        onEvent: (name, data) => {
          if (name !== "progress") return;
          const next = data as CampaignProgressEvent;
          const reading = { at: performance.now(), open: next.pending + next.sending };
          setRate(ratePerSecond(before.current, reading));
          before.current = reading;
          setProgress(next);
          queryClient.setQueryData(campaignQuery(id).queryKey, (known) =>
            known && known.state !== next.state
              ? { ...known, state: next.state, finished_at: next.finished_at }
              : known,
          );
          if (!isRunning(next.state)) {
            close();
            void queryClient.invalidateQueries({ queryKey: ["campaigns"] });
          }
        },
      },
    );
    return close;
  }, [id, running]);

  return { progress: running ? progress : campaign.progress, rate };
}
