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
import { DesignGallery } from "../designs/DesignGallery";
import { type Design, starterDesign, templateDesign, templateKey } from "../designs/designs";
import { fullMessage } from "../model";
import { SegmentSelect } from "../parts/SegmentSelect";
import { campaignChanged, startersQuery, templateQuery } from "../queries";

/** The design that the address names, such as "starter:welcome"; null while it is not there. */
function useAskedDesign(): Design | null {
  const [key] = useSearchValue("design");
  const id = key.slice(key.indexOf(":") + 1);
  const template = useQuery(templateQuery(key === templateKey(id) ? id : "")).data;
  const starters = useQuery(startersQuery).data;
  if (template) return templateDesign(template);
  return starters?.items.map(starterDesign).find((one) => one.key === key) ?? null;
}

export default function NewCampaignPage() {
  const { t } = useLingui();
  const go = useGo();
  const [segment] = useSearchValue("segment");
  const [chosen, choose] = useState<Design | null>();
  const asked = useAskedDesign();
  const design = chosen === undefined ? asked : chosen;
  const form = useForm({
    initialValues: { name: "", segment_id: segment },
    validate: { name: (name) => (name.trim() === "" ? t`Give the campaign a name` : null) },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => {
      const message: EmailMessage = fullMessage(design?.message);
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
            <DesignGallery value={design?.key ?? null} onChoose={choose} blank />
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
