/** Two customers become one: who, which of the two stays, what comes of it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { PersonSelect } from "@/lib/person-select";
import { DialogFields } from "@/ui/FormDialog";
import { ErrorPanel, Loading } from "@/ui/states";
import { toastOffer } from "@/ui/toast";
import { profilePath } from "../queries";
import { MergePreviewView } from "./MergePreviewView";
import { dialogText } from "./model";
import { mergePreviewQuery, refreshPeople } from "./queries";
import type { MergeDone } from "./types";

type Props = { profile: Profile; other: string | null; onClose: () => void };

export function MergeForm({ profile, other: preset, onClose }: Props) {
  const { t } = useLingui();
  const go = useGo();
  const [other, setOther] = useState(preset);
  const [stays, setStays] = useState<"this" | "other">("this");
  const swapped = stays === "other";
  const survivor = swapped ? (other ?? "") : profile.id;
  const merged = swapped ? profile.id : (other ?? "");
  const preview = useQuery({ ...mergePreviewQuery(survivor, merged), enabled: other !== null });
  const merge = useMutation({
    mutationFn: () => api.post<MergeDone>(`${profilePath(survivor)}/merge`, { with: merged }),
    meta: { quiet: true },
    onSuccess: async (done) => {
      if (done.profile === profile.id) onClose();
      else go(paths.personIdentity(done.profile));
      toastOffer({
        message: t`The two customers are one now`,
        label: t`Undo`,
        act: () => go(paths.personIdentity(done.profile, dialogText({ kind: "undo", from: done.merged }))),
      });
      await refreshPeople(done.visible);
    },
  });
  const { data } = preview;
  const otherSummary = data && (swapped ? data.survivor : data.merged);
  return (
    <DialogFields
      onSubmit={(event) => {
        event?.preventDefault();
        if (data) merge.mutate();
      }}
      onCancel={onClose}
      submit={t`Merge`}
      loading={merge.isPending}
      disabled={!data}
      error={merge.error}
    >
      <PersonSelect
        label={t`The other customer`}
        value={other}
        except={profile.id}
        onChange={(id) => {
          merge.reset();
          setOther(id);
        }}
      />
      {other === null && (
        <Text size="sm" c="dimmed">
          <Trans>Choose a customer to see what a merge would do. Nothing happens before you press Merge.</Trans>
        </Text>
      )}
      {other !== null && (
        <Radio.Group
          label={t`Which of the two stays`}
          description={t`The other's address leads here from then on. What is known of both is kept.`}
          value={stays}
          onChange={(value) => setStays(value as typeof stays)}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="this" label={format.person(profile.label)} description={t`the customer you are looking at`} />
            <Radio value="other" label={otherSummary ? format.person(otherSummary.label) : t`the other customer`} />
          </Stack>
        </Radio.Group>
      )}
      {preview.error && <ErrorPanel error={preview.error} retry={() => void preview.refetch()} />}
      {other !== null && preview.isPending && <Loading rows={3} />}
      {data && other !== null && <MergePreviewView preview={data} />}
    </DialogFields>
  );
}
