/** What is to be known of one reading of a feed: that it goes on, that it waits for a word, or why it stopped. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { type FeedRun, isRunning } from "@/api/products";
import { useFeedTroubles } from "@/lib/feed-words";
import * as format from "@/lib/format";
import { HeldFeed } from "@/lib/held-feed";
import { paths } from "@/lib/paths";
import { LinkButton } from "@/ui/links";
import { isConnection, runLook } from "../model";

export function RunNotice({ run }: { run: FeedRun }) {
  const { t } = useLingui();
  const trouble = useFeedTroubles()(run.code);
  if (isRunning(run)) {
    return (
      <Stack gap="xs">
        <Progress value={100} animated size="lg" aria-label={t`Reading the feed`} />
        <Text size="sm" c="dimmed" role="status">
          {t`${format.number(run.items)} products read. You can leave this page: it goes on.`}
        </Text>
      </Stack>
    );
  }
  if (run.state === "held") {
    return (
      <HeldFeed run={run}>
        {!isConnection(run.source) && (
          <LinkButton to={paths.uploadFeed(run.source)} variant="default">{t`Upload another file`}</LinkButton>
        )}
      </HeldFeed>
    );
  }
  if (run.state === "done" && !trouble && !run.detail) return null;
  if (trouble && runLook(run) === "overtaken") {
    return (
      <Alert color="gray" icon={<IconInfoCircle />} title={trouble.what}>
        <Text size="sm">{trouble.fix}</Text>
      </Alert>
    );
  }
  const stopped = run.state === "refused";
  const title = trouble?.what ?? (stopped ? t`The feed was refused` : t`It did not come to its end`);
  return (
    <Alert
      color={stopped ? "red" : "orange"}
      icon={<IconAlertTriangle />}
      title={title}
      role={stopped ? "alert" : undefined}
    >
      {trouble && <Text size="sm">{trouble.fix}</Text>}
      {run.detail && (
        <Text size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
          {run.detail}
        </Text>
      )}
      {run.state === "interrupted" && (
        <Text size="sm">
          <Trans>Nothing of it was applied. Send it once more.</Trans>
        </Text>
      )}
    </Alert>
  );
}
