/** The dialogs about a person's identity; which one is open stands in the address. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Modal, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import type { Profile } from "@/api/types";
import { useCan } from "@/lib/session";
import { QueryView } from "@/ui/states";
import { MergeForm } from "./MergeForm";
import type { IdentityDialog } from "./model";
import { identityQuery } from "./queries";
import { SplitForm } from "./SplitForm";
import { useIdentityDialog } from "./useIdentityDialog";

export function IdentityDialogs({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const { dialog, open } = useIdentityDialog();
  const mayWrite = useCan("profile.write");
  const shown = useLast(dialog);
  const titles = {
    merge: t`Merge with another customer`,
    split: t`Split this customer`,
    undo: t`Undo this merge`,
  };
  const onClose = () => open(null);
  return (
    <Modal
      opened={dialog !== null && mayWrite}
      onClose={onClose}
      title={shown && titles[shown.kind]}
      size="xl"
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {shown?.kind === "merge" && <MergeForm profile={profile} other={shown.other} onClose={onClose} />}
      {shown && shown.kind !== "merge" && <Split profile={profile} dialog={shown} onClose={onClose} />}
    </Modal>
  );
}

type SplitProps = { profile: Profile; dialog: Exclude<IdentityDialog, { kind: "merge" }>; onClose: () => void };

function Split({ profile, dialog, onClose }: SplitProps) {
  const identity = useQuery(identityQuery(profile.id));
  const revive = dialog.kind === "undo" ? dialog.from : undefined;
  return (
    <QueryView query={identity}>
      {(data) => <SplitOf key={revive} identity={data} revive={revive} onClose={onClose} />}
    </QueryView>
  );
}

/** What is not merged, or was undone meanwhile, cannot be undone. */
function SplitOf(props: ComponentProps<typeof SplitForm>) {
  const { identity, revive } = props;
  const [possible, setPossible] = useState(false);
  if (!possible && (!revive || identity.merges.some((merge) => merge.from === revive))) setPossible(true);
  if (possible) return <SplitForm {...props} />;
  return (
    <Text size="sm">
      <Trans>These two are not merged, or not any more</Trans>
    </Text>
  );
}

/** What was open last: the dialog keeps its words while it fades. */
function useLast(dialog: IdentityDialog | null): IdentityDialog | null {
  const [last, setLast] = useState(dialog);
  if (dialog && JSON.stringify(dialog) !== JSON.stringify(last)) setLast(dialog);
  return dialog ?? last;
}
