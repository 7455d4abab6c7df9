import { useLingui } from "@lingui/react/macro";
import type { ImportState } from "@/api/types";

export function useStateWords(): Record<ImportState, { label: string; color: string }> {
  const { t } = useLingui();
  return {
    uploading: { label: t`Uploading`, color: "blue" },
    running: { label: t`Running`, color: "indigo" },
    finished: { label: t`Finished`, color: "teal" },
    failed: { label: t`Failed`, color: "red" },
    cancelled: { label: t`Stopped`, color: "gray" },
  };
}
