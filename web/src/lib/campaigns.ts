/** Numbers of a campaign that more than one screen shows. Pure. */
import type { CampaignProgress } from "@/api/types";

/** Handed over to the mail server, whatever came of it later. */
export function handedOver(progress: CampaignProgress): number {
  return progress.sent + progress.delivered + progress.bounced;
}
