/** Who a person is made of: drawn, and as lists of identifiers, merges, disputes and people kept apart. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Stack } from "@mantine/core";
import { IconArrowMerge, IconArrowsSplit2, IconHourglass } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { ActionButton } from "./ActionButton";
import { ConflictsPanel } from "./ConflictsPanel";
import { IdentifiersPanel } from "./IdentifiersPanel";
import { IdentityGraph } from "./IdentityGraph";
import { KeptApartPanel } from "./KeptApartPanel";
import { MergesPanel } from "./MergesPanel";
import { identityQuery, refreshPeople } from "./queries";
import type { Identity } from "./types";
import type { OpenDialog } from "./useIdentityDialog";

type Props = { profile: Profile; open: OpenDialog };

export function IdentityPanel({ profile, open }: Props) {
  const identity = useQuery(identityQuery(profile.id));
  return <QueryView query={identity}>{(data) => <Body profile={profile} identity={data} open={open} />}</QueryView>;
}

function Body({ profile, identity, open }: Props & { identity: Identity }) {
  const { t } = useLingui();
  useSorted(identity.sorting);
  return (
    <Stack gap="md">
      {/* Without a box of its own while it says nothing: the gap before the first panel would be twice as wide. */}
      <div role="status" style={identity.sorting ? undefined : { display: "contents" }}>
        {identity.sorting && (
          <Alert icon={<IconHourglass />} color="blue" title={t`The timeline is still being sorted`}>
            <Trans>This customer was just split. Numbers and events settle in a moment; nothing is lost.</Trans>
          </Alert>
        )}
      </div>
      <Panel
        title={t`Who this is made of`}
        note={t`What this customer is recognised by, and which customers were merged into this one.`}
        actions={
          <>
            <ActionButton
              leftSection={<IconArrowMerge size={14} aria-hidden />}
              onClick={() => open({ kind: "merge", other: null })}
            >
              <Trans>Merge…</Trans>
            </ActionButton>
            <ActionButton
              leftSection={<IconArrowsSplit2 size={14} aria-hidden />}
              onClick={() => open({ kind: "split" })}
            >
              <Trans>Split…</Trans>
            </ActionButton>
          </>
        }
      >
        <IdentityGraph identity={identity} label={format.person(profile.label)} />
      </Panel>
      <IdentifiersPanel identity={identity} />
      {identity.merges.length > 0 && <MergesPanel identity={identity} open={open} />}
      {identity.conflicts.length > 0 && <ConflictsPanel identity={identity} open={open} />}
      {identity.kept_apart.length > 0 && <KeptApartPanel identity={identity} open={open} />}
    </Stack>
  );
}

/** Once everything is sorted, what else is known about people has changed too. */
function useSorted(sorting: boolean): void {
  const before = useRef(sorting);
  useEffect(() => {
    if (before.current && !sorting) void refreshPeople(true);
    before.current = sorting;
  }, [sorting]);
}
