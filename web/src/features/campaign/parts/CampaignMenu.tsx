/** What can be done with a campaign as a whole: copy it, delete a draft. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu } from "@mantine/core";
import { IconCopy, IconDots, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Campaign, CampaignSummary } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { toastDone, undoable } from "@/ui/toast";
import { campaignPath } from "../queries";

type Props = { campaign: Pick<CampaignSummary, "id" | "name" | "state">; onDelete?: () => void };

function useDelete(): (campaign: Props["campaign"]) => void {
  const { t } = useLingui();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ["campaigns", "list"] });
  return (campaign) => {
    queryClient.setQueriesData<{ pages: { items: CampaignSummary[] }[] }>(
      { queryKey: ["campaigns", "list"] },
      (list) =>
        list && {
          ...list,
          pages: list.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== campaign.id) })),
        },
    );
    undoable({
      message: t`“${campaign.name}” is deleted`,
      commit: () => api.delete(campaignPath(campaign.id)).then(refresh),
      restore: refresh,
    });
  };
}

export function CampaignMenu({ campaign, onDelete }: Props) {
  const { t } = useLingui();
  const go = useGo();
  const mayWrite = useCan("campaign.write");
  const remove = useDelete();
  const duplicate = useMutation({
    mutationFn: () => api.post<Campaign>(`${campaignPath(campaign.id)}/duplicate`),
    onSuccess: (copy) => {
      void queryClient.invalidateQueries({ queryKey: ["campaigns", "list"] });
      toastDone(t`Copied as a new draft`);
      go(paths.campaign(copy.id));
    },
  });
  if (!mayWrite) return null;
  const draft = campaign.state === "draft";
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t`More for ${campaign.name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => duplicate.mutate()}>
          <Trans>Duplicate</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash size={15} aria-hidden />}
          color="red"
          disabled={!draft}
          onClick={() => {
            onDelete?.();
            remove(campaign);
          }}
        >
          {draft ? t`Delete` : t`Delete (sent campaigns are kept)`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
