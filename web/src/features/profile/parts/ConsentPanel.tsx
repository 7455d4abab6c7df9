/** What a person allowed, on which channel and about what, with its proof; changing it asks how you know. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack } from "@mantine/core";
import { IconLink, IconMailQuestion } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Preferences } from "@/api/consent";
import type { Profile } from "@/api/types";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { AskDialog } from "../consent/AskDialog";
import { ConsentDialog } from "../consent/ConsentDialog";
import { ConsentMatrix } from "../consent/ConsentMatrix";
import { LinkDialog } from "../consent/LinkDialog";
import { askable, type Cell } from "../consent/model";
import { PurposeTable } from "../consent/PurposeTable";
import { makeLink, preferencesQuery } from "../consent/queries";
import { Requests } from "../consent/Requests";
import { Statements } from "../consent/Statements";
import { Wishes } from "../consent/Wishes";

export function ConsentPanel({ profile }: { profile: Profile }) {
  const preferences = useQuery(preferencesQuery(profile.id));
  return <QueryView query={preferences}>{(data) => <Body profile={profile} preferences={data} />}</QueryView>;
}

function Body({ profile, preferences }: { profile: Profile; preferences: Preferences }) {
  const { t } = useLingui();
  const [open, setOpen] = useState<Cell | null>(null);
  return (
    <Stack gap="md">
      <Panel
        title={t`Consent`}
        note={t`Without “subscribed” no campaign reaches this person on that channel. Select a state to see its proof.`}
        actions={<Actions profile={profile} preferences={preferences} />}
        flush
      >
        <ConsentMatrix preferences={preferences} onOpen={setOpen} />
      </Panel>
      <Panel title={t`Use of data`} flush>
        <PurposeTable preferences={preferences} onOpen={setOpen} />
      </Panel>
      <Wishes id={profile.id} preferences={preferences} />
      <Requests requests={preferences.requests} />
      <Statements id={profile.id} />
      {open && <ConsentDialog profile={profile} cell={open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function Actions({ profile, preferences }: { profile: Profile; preferences: Preferences }) {
  const { t } = useLingui();
  const mayEdit = useCan("consent.write");
  const [asking, setAsking] = useState(false);
  const link = useMutation({ mutationFn: () => makeLink(profile.id) });
  const nothing = askable(preferences).length === 0;
  const reason = !mayEdit
    ? t`Your role may not change this.`
    : profile.email == null
      ? t`No e-mail address is known.`
      : nothing
        ? t`The person is subscribed to everything by e-mail.`
        : undefined;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconMailQuestion size={15} aria-hidden />}
        disabled={reason !== undefined}
        title={reason}
        onClick={() => setAsking(true)}
      >
        <Trans>Ask by e-mail</Trans>
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconLink size={15} aria-hidden />}
        disabled={!mayEdit}
        title={mayEdit ? undefined : t`Your role may not change this.`}
        loading={link.isPending}
        onClick={() => link.mutate()}
      >
        <Trans>Preference page</Trans>
      </Button>
      {asking && <AskDialog profile={profile} preferences={preferences} onClose={() => setAsking(false)} />}
      {link.data && <LinkDialog link={link.data} onClose={() => link.reset()} />}
    </Group>
  );
}
