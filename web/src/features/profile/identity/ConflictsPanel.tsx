/** Identifiers that two customers claim, or that were refused: what happened, and what can be done. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Code, Group, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { ActionButton } from "./ActionButton";
import { keyOf, sides } from "./model";
import classes from "./PeopleList.module.css";
import type { Conflict, Identity } from "./types";
import type { OpenDialog } from "./useIdentityDialog";
import { useConflictWords, useIdentifierNames } from "./words";

export function ConflictsPanel({ identity, open }: { identity: Identity; open: OpenDialog }) {
  const { t } = useLingui();
  return (
    <Panel title={t`In dispute`} note={t`These could not be attached or joined: shown here, never guessed.`} flush>
      <ul className={classes.list} aria-label={t`In dispute`}>
        {identity.conflicts.map((conflict) => (
          <li key={`${keyOf(conflict)}:${conflict.profile}:${conflict.reason}`} className={classes.item}>
            <Dispute conflict={conflict} identity={identity} open={open} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type Props = { conflict: Conflict; identity: Identity; open: OpenDialog };

function Dispute({ conflict, identity, open }: Props) {
  const { t } = useLingui();
  const kind = useIdentifierNames()(conflict.kind);
  const words = useConflictWords();
  const { ours, other } = sides(conflict, identity);
  const label = other ? format.person(other.label) : "";
  return (
    <>
      <Box className={classes.words}>
        <Text fw={500} component="div">
          {kind} <Code>{conflict.value}</Code>
        </Text>
        <Text size="sm">{words(conflict, ours, label)}</Text>
        <Text size="sm" c="dimmed" component="div">
          <Plural value={conflict.occurrences} one="# time" other="# times" />
          {" · "}
          <Trans>
            last <Time at={conflict.last_at} />
          </Trans>
        </Text>
      </Box>
      {other && (
        <Group gap="sm">
          <AppLink to={paths.personIdentity(other.id)} size="sm" py={2}>
            {label}
          </AppLink>
          <ActionButton aria-label={t`Merge with… ${label}`} onClick={() => open({ kind: "merge", other: other.id })}>
            <Trans>Merge with…</Trans>
          </ActionButton>
        </Group>
      )}
    </>
  );
}
