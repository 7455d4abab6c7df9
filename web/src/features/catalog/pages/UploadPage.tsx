import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError } from "@/api/errors";
import type { FeedMode } from "@/api/products";
import { useFeedTroubles } from "@/lib/feed-words";
import * as format from "@/lib/format";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { DropArea } from "@/ui/DropArea";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorPanel } from "@/ui/states";
import { FEED_FILES, isFeedName, UPLOAD } from "../model";
import { UploadForm } from "../parts/UploadForm";
import { feedSourcesQuery, refresh, sendFeed } from "../queries";

export default function UploadPage() {
  const { t } = useLingui();
  const mayWrite = useCan("product.write");
  return (
    <Page
      title={t`Upload a product feed`}
      description={t`The file that shops make for Google Merchant: XML, CSV, tab-separated text or JSON Lines. Products that cannot be used are kept apart with the reason; the rest goes in.`}
      back={{ to: paths.products(), label: t`Products` }}
    >
      {mayWrite ? <Upload /> : <EmptyState title={t`Your role may not change this.`} />}
    </Page>
  );
}

function Upload() {
  const { t } = useLingui();
  const go = useGo();
  const [asked] = useSearchValue("source", UPLOAD);
  const [source, setSource] = useState(asked);
  const [mode, setMode] = useState<FeedMode>("whole");
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const cancel = useRef(() => {});
  const feeds = useQuery(feedSourcesQuery);
  const start = useMutation({
    meta: { quiet: true },
    mutationFn: (chosen: File) => {
      setSent(0);
      const going = sendFeed({ file: chosen, source, mode }, setSent);
      cancel.current = going.cancel;
      return going.done;
    },
    onSuccess: async (run) => {
      await refresh();
      go(paths.feedRun(run.id), { replace: true });
    },
  });
  const share = file && file.size > 0 ? (100 * sent) / file.size : 0;
  return (
    <>
      <Panel>
        <Stack gap="lg">
          <DropArea
            file={file}
            onFile={(chosen) => {
              setFile(chosen);
              start.reset();
            }}
            accept={FEED_FILES}
            hint={t`Drop a product feed here: XML, CSV, tab-separated text or JSON Lines`}
            disabled={start.isPending}
          />
          <UploadForm
            source={source}
            onSource={setSource}
            mode={mode}
            onMode={setMode}
            feeds={feeds.data?.items ?? []}
            disabled={start.isPending}
          />
        </Stack>
      </Panel>
      {start.error ? <Refusal error={start.error} /> : null}
      {start.isPending && file && (
        <Stack gap="xs">
          <Progress value={share} animated aria-label={t`Upload`} />
          <Text size="sm" c="dimmed" role="status">
            {sent < file.size
              ? t`${format.bytes(sent)} of ${format.bytes(file.size)} sent`
              : t`Sent. It is being read: this page shows the result.`}
          </Text>
        </Stack>
      )}
      <Group>
        <Button
          loading={start.isPending}
          disabled={file === null || !isFeedName(source)}
          onClick={() => file && start.mutate(file)}
        >
          <Trans>Upload the feed</Trans>
        </Button>
        {start.isPending && (
          <Button variant="default" onClick={() => cancel.current()}>
            <Trans>Stop the upload</Trans>
          </Button>
        )}
      </Group>
    </>
  );
}

/** Nothing of a feed that is refused goes in: the words say why, and what to do. */
function Refusal({ error }: { error: unknown }) {
  const words = useFeedTroubles()(error instanceof ApiError ? error.code : null);
  if (!words) return <ErrorPanel error={error} />;
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={words.what} role="alert">
      <Text size="sm">{words.fix}</Text>
      {error instanceof ApiError && error.problem.detail && (
        <Text size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
          {error.problem.detail}
        </Text>
      )}
    </Alert>
  );
}
