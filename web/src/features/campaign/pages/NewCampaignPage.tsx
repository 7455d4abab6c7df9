import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import type { Campaign, EmailMessage } from "@/api/types";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { toastError } from "@/ui/toast";
import { StarterGallery } from "../editor/StarterGallery";
import { fullMessage } from "../model";
import { SegmentSelect } from "../parts/SegmentSelect";
import { campaignChanged, startersQuery } from "../queries";

export default function NewCampaignPage() {
  const { t } = useLingui();
  const go = useGo();
  const [asked] = useSearchValue("segment");
  const starters = useQuery(startersQuery);
  const [starter, setStarter] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: "", segment_id: asked },
    validate: { name: (name) => (name.trim() === "" ? t`Give the campaign a name` : null) },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => {
      const message: EmailMessage = fullMessage(starters.data?.items.find((one) => one.id === starter)?.message);
      const body = { name: values.name.trim(), segment_id: values.segment_id || null, message, channel: "email" };
      return api.post<Campaign>("/api/v1/campaigns", body);
    },
    onSuccess: (campaign) => {
      campaignChanged(campaign);
      go(paths.campaign(campaign.id), { replace: true });
    },
    onError: (error) => {
      form.setErrors(fieldErrors(error));
      toastError(error);
    },
  });
  return (
    <Page
      title={t`New campaign`}
      back={{ to: paths.campaigns(), label: t`Campaigns` }}
      description={t`A name is enough to begin. Everything else can be chosen or changed later, until it is launched.`}
    >
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="md">
          <Panel title={t`Name and audience`}>
            <Group align="flex-start" grow preventGrowOverflow={false}>
              <TextInput
                label={t`Name`}
                description={t`Only you and your colleagues see it.`}
                required
                data-autofocus
                autoFocus
                style={{ minWidth: 240 }}
                {...form.getInputProps("name")}
              />
              <SegmentSelect
                value={form.values.segment_id || null}
                onChange={(id) => form.setFieldValue("segment_id", id ?? "")}
                error={form.errors.segment_id}
              />
            </Group>
          </Panel>
          <Panel
            title={t`Begin with`}
            note={t`Complete designs that work as they are. Change every word of them later.`}
          >
            <StarterGallery value={starter} onChoose={(one) => setStarter(one?.id ?? null)} blank />
          </Panel>
          <Group>
            <Button type="submit" loading={create.isPending}>
              <Trans>Create the draft</Trans>
            </Button>
            <LinkButton variant="default" to={paths.campaigns()}>
              <Trans>Cancel</Trans>
            </LinkButton>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
