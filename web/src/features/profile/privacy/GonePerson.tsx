/** A person who is not there any more: made anonymous or erased, when, and whether the last traces are gone. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Loader, Text } from "@mantine/core";
import { IconUserOff, IconUserQuestion } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorPanel, Loading } from "@/ui/states";
import { erasureQuery } from "./queries";
import type { Erasure } from "./types";

/** `error`: why the person cannot be shown, for whom there is nothing more to say. */
export function GonePerson({ id, error }: { id: string; error: unknown }) {
  const mayKnow = useCan("profile.erase");
  const erasure = useQuery({ ...erasureQuery(id), enabled: mayKnow });
  if (erasure.data) return <Gone erasure={erasure.data} />;
  if (mayKnow && erasure.isPending) return <Loading rows={2} />;
  return <ErrorPanel error={error} />;
}

function Gone({ erasure }: { erasure: Erasure }) {
  const { t } = useLingui();
  const on = format.dateTime(erasure.erased_at);
  const done = erasure.state === "done";
  return (
    <Panel>
      <EmptyState
        icon={erasure.anonymised ? <IconUserQuestion /> : <IconUserOff />}
        title={erasure.anonymised ? t`This person is anonymous` : t`This person is erased`}
        text={
          erasure.anonymised
            ? t`Made anonymous on ${on}. Their events still count, and belong to nobody.`
            : t`Erased on ${on}, with every event and every message.`
        }
        actions={
          <LinkButton to={paths.people()} variant="default">
            <Trans>To all people</Trans>
          </LinkButton>
        }
      >
        <Text size="sm" role="status">
          {done ? (
            <Trans>No file holds anything of them any more, since {format.dateTime(erasure.finished_at)}.</Trans>
          ) : (
            <>
              <Loader size="xs" mr={6} style={{ verticalAlign: "middle" }} aria-hidden />
              <Trans>Nobody can see them any more. The last traces are being taken out of the files.</Trans>
            </>
          )}
        </Text>
      </EmptyState>
    </Panel>
  );
}
