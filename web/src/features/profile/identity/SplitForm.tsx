/** One customer becomes two again: which identifiers leave, and what goes with them. Also undoes a merge. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, List, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { DialogFields } from "@/ui/FormDialog";
import { ErrorPanel, Loading } from "@/ui/states";
import { toastDone, toastOffer } from "@/ui/toast";
import { profilePath } from "../queries";
import { keyOf, preselected, type SplitObstacle, splitBody, splitObstacle } from "./model";
import { refreshPeople, splitPreviewQuery } from "./queries";
import { SplitPreviewView } from "./SplitPreviewView";
import type { Identity, SplitDone } from "./types";
import { useIdentifierNames } from "./words";

const REST_MS = 300;

type Props = {
  identity: Identity;
  /** The merged customer that comes back; left out, the part that leaves becomes a new one. */
  revive?: string;
  onClose: () => void;
};

function useObstacleWords(): Record<SplitObstacle, string> {
  const { t } = useLingui();
  return {
    nothing: t`Nothing would leave: choose at least one identifier.`,
    everything: t`Nothing would stay: leave at least one identifier here.`,
  };
}

export function SplitForm({ identity: now, revive, onClose }: Props) {
  const { t } = useLingui();
  const go = useGo();
  const name = useIdentifierNames();
  const obstacles = useObstacleWords();
  // As it was when the dialog opened: nothing moves under the reader's hands, nor while it fades.
  const [identity] = useState(now);
  const [chosen, setChosen] = useState(() => (revive ? preselected(identity, revive) : []));
  const [asked] = useDebouncedValue(chosen, REST_MS);
  const obstacle = splitObstacle(identity, chosen);
  const path = profilePath(identity.profile);
  const preview = useQuery({
    ...splitPreviewQuery(identity.profile, splitBody(identity, asked, revive)),
    enabled: splitObstacle(identity, asked) === null,
    placeholderData: (before) => before,
  });
  const split = useMutation({
    mutationFn: () => api.post<SplitDone>(`${path}/split`, splitBody(identity, chosen, revive)),
    meta: { quiet: true },
    onSuccess: async (done) => {
      const { new: left } = done;
      onClose();
      const message = revive ? t`The merge is undone` : t`The customer is split`;
      if (left) toastOffer({ message, label: t`Open the other`, act: () => go(paths.personIdentity(left)) });
      else toastDone(message);
      await refreshPeople(done.visible);
    },
  });
  const settled = asked === chosen && preview.isSuccess && !preview.isPlaceholderData;
  return (
    <DialogFields
      onSubmit={(event) => {
        event?.preventDefault();
        if (settled && !obstacle) split.mutate();
      }}
      onCancel={onClose}
      submit={revive ? t`Undo the merge` : t`Split`}
      loading={split.isPending}
      disabled={obstacle !== null || !settled}
      error={split.error}
    >
      <List size="sm">
        <List.Item>
          <Trans>Events go with the identifier they carry.</Trans>
        </List.Item>
        <List.Item>
          <Trans>The two are never joined again by themselves; you can merge them again by hand.</Trans>
        </List.Item>
        <List.Item>
          <Trans>Messages already sent stay with the customer they were sent to.</Trans>
        </List.Item>
      </List>
      <Checkbox.Group
        label={t`Which identifiers leave`}
        value={chosen}
        onChange={(next) => {
          split.reset();
          setChosen(next);
        }}
      >
        <Stack gap="xs" mt="xs" mah="40vh" p={4} style={{ overflowY: "auto" }}>
          {identity.identifiers.map((one) => (
            <Checkbox
              key={keyOf(one)}
              value={keyOf(one)}
              label={`${name(one.kind)}: ${one.value}`}
              styles={{ label: { overflowWrap: "anywhere" } }}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Text size="sm" role="status" c={obstacle ? undefined : "dimmed"}>
        {obstacle && obstacles[obstacle]}
      </Text>
      {!obstacle && preview.error && <ErrorPanel error={preview.error} retry={() => void preview.refetch()} />}
      {!obstacle && preview.isPending && <Loading rows={3} />}
      {!obstacle && preview.data && <SplitPreviewView preview={preview.data} />}
    </DialogFields>
  );
}
