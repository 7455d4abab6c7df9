/** Customers that somebody split from this one: they are never joined again by themselves. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";
import { ActionButton } from "./ActionButton";
import classes from "./PeopleList.module.css";
import type { Identity } from "./types";
import type { OpenDialog } from "./useIdentityDialog";

export function KeptApartPanel({ identity, open }: { identity: Identity; open: OpenDialog }) {
  const { t } = useLingui();
  return (
    <Panel
      title={t`Kept apart`}
      note={t`Split from this customer by hand. They are never joined again by themselves.`}
      flush
    >
      <ul className={classes.list} aria-label={t`Kept apart`}>
        {identity.kept_apart.map(({ profile, since }) => {
          const label = format.person(profile.label);
          return (
            <li key={profile.id} className={classes.item}>
              <Box className={classes.words}>
                <AppLink to={paths.personIdentity(profile.id)} fw={500} py={2} display="inline-block">
                  {label}
                </AppLink>
                <Text size="sm" c="dimmed" component="div">
                  <Trans>
                    since <Time at={since} style="date" />
                  </Trans>
                </Text>
              </Box>
              <ActionButton
                aria-label={t`Merge after all… ${label}`}
                onClick={() => open({ kind: "merge", other: profile.id })}
              >
                <Trans>Merge after all…</Trans>
              </ActionButton>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
