/** What a person allowed, per channel, with its proof; changing it asks how you know. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Radio, Select, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { ConsentState, Profile } from "@/api/types";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { useSourceName } from "@/lib/sources";
import { ChannelIcon, CONSENT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { DataTable } from "@/ui/DataTable";
import { FormDialog } from "@/ui/FormDialog";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { consentOf, proofOf } from "../model";
import { profilePath } from "../queries";

const COLORS = { subscribed: "teal", unsubscribed: "red", unknown: "gray" } as const;

export function useConsentWords(): Record<ConsentState, string> {
  const { t } = useLingui();
  return { subscribed: t`Subscribed`, unsubscribed: t`Unsubscribed`, unknown: t`Not asked` };
}

/** How somebody who changed it said they know; the API takes any word. */
function useMethodWords(): Record<string, string> {
  const { t } = useLingui();
  return {
    phone: t`Said so by phone`,
    in_person: t`Said so in the shop`,
    written: t`Wrote so`,
    form: t`Filled in a form`,
  };
}

/** The proof in words; the event's id is for whoever has to look it up. */
function useProofText(): (proof: unknown) => string {
  const { t } = useLingui();
  const methods = useMethodWords();
  return (proof) => {
    const { text, method, event } = proofOf(proof);
    const said = [text, methods[method] ?? method].filter(Boolean).join(" · ");
    return said || (event ? t`Sent with an event` : format.NOTHING);
  };
}

export function ConsentPanel({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const words = useConsentWords();
  const sourceName = useSourceName();
  const proofText = useProofText();
  const mayEdit = useCan("consent.write");
  const [editing, setEditing] = useState<string | null>(null);
  const rows = CONSENT_CHANNELS.map((channel) => ({ channel, entry: consentOf(profile, channel) }));
  return (
    <Panel title={t`Consent`} note={t`Without “subscribed” no campaign reaches this person on that channel.`} flush>
      <DataTable
        label={t`Consent`}
        rows={rows}
        rowKey={(row) => row.channel}
        columns={[
          {
            key: "channel",
            header: t`Channel`,
            cell: (row) => (
              <Group gap={8} wrap="nowrap">
                <ChannelIcon channel={row.channel} />
                {label(row.channel)}
              </Group>
            ),
          },
          {
            key: "state",
            header: t`State`,
            cell: (row) => {
              const state = row.entry?.state ?? "unknown";
              return (
                <Badge variant="light" color={COLORS[state]}>
                  {words[state]}
                </Badge>
              );
            },
          },
          { key: "at", header: t`Since`, from: "sm", cell: (row) => <Time at={row.entry?.at} style="dateTime" /> },
          { key: "source", header: t`Source`, from: "md", cell: (row) => sourceName(row.entry?.source) },
          { key: "proof", header: t`Proof`, from: "md", cell: (row) => proofText(row.entry?.proof) },
          {
            key: "edit",
            header: "",
            numeric: true,
            cell: (row) => (
              <Button
                size="compact-sm"
                variant="default"
                disabled={!mayEdit}
                title={mayEdit ? undefined : t`Your role may not change this.`}
                aria-label={t`Change consent for ${label(row.channel)}`}
                onClick={() => setEditing(row.channel)}
              >
                <Trans>Change</Trans>
              </Button>
            ),
          },
        ]}
      />
      {editing && <EditConsent profile={profile} channel={editing} onClose={() => setEditing(null)} />}
    </Panel>
  );
}

function EditConsent({ profile, channel, onClose }: { profile: Profile; channel: string; onClose: () => void }) {
  const { t } = useLingui();
  const words = useConsentWords();
  const channelName = useChannelLabel()(channel);
  const methods = useMethodWords();
  const form = useForm({
    initialValues: {
      state: (consentOf(profile, channel)?.state ?? "unknown") as ConsentState,
      method: "phone",
      text: "",
    },
  });
  const save = useMutation({
    mutationFn: ({ state, text, method }: typeof form.values) =>
      api.put(`${profilePath(profile.id)}/consent`, { channel, state, proof: { text, method } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["profiles"] });
      toastDone(t`Saved`);
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={t`Consent of ${profile.label} for ${channelName}`}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={t`Save`}
      loading={save.isPending}
    >
      <Radio.Group label={t`State`} {...form.getInputProps("state")}>
        <Stack gap="xs" mt="xs">
          {(["subscribed", "unsubscribed", "unknown"] as const).map((state) => (
            <Radio key={state} value={state} label={words[state]} />
          ))}
        </Stack>
      </Radio.Group>
      <Select
        label={t`How do you know?`}
        allowDeselect={false}
        data={Object.entries(methods).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps("method")}
      />
      <Textarea
        label={t`Proof`}
        description={t`What was said or shown, for whoever asks later.`}
        autosize
        minRows={2}
        required={form.values.state === "subscribed"}
        {...form.getInputProps("text")}
      />
    </FormDialog>
  );
}
