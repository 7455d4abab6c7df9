/** What a change would mean for the customers of today, before it is saved. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, List, Loader, Stack, Text } from "@mantine/core";
import { isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { Time } from "@/ui/Time";
import { rulesQuery } from "./queries";
import type { RulesView } from "./types";
import type { useRules } from "./useRules";
import { mistakesOf, usePreviewWords, useRuleMistakes } from "./words";

type Props = { state: ReturnType<typeof useRules>; view: RulesView };

export function MeaningPanel({ state, view }: Props) {
  const { t } = useLingui();
  const { changed, finished, preview, save } = state;
  return (
    <Panel
      title={t`What your change means`}
      actions={preview.working && <Loader size="xs" role="status" aria-label={t`Working it out`} />}
    >
      <Stack gap="sm">
        {isStatus(save.error, 412) && <Stale />}
        <div role="status" aria-live="polite">
          {changed ? (
            finished ? (
              <Meaning preview={preview.data} error={preview.error ?? save.error} />
            ) : (
              <Text size="sm">
                <Trans>Something is not finished yet: look at what is marked.</Trans>
              </Text>
            )
          ) : (
            <Text size="sm" c="dimmed">
              <Trans>Nothing is changed. What a change would mean stands here before you save it.</Trans>
            </Text>
          )}
        </div>
        <Text size="xs" c="dimmed">
          <Trans>Rules hold for what comes next; customers joined already stay joined.</Trans>{" "}
          {view.changed_at && <Changed view={view} />}
        </Text>
      </Stack>
    </Panel>
  );
}

function Changed({ view }: { view: RulesView }) {
  const who = view.changed_by ?? "";
  if (!who) {
    return (
      <Trans>
        Changed <Time at={view.changed_at} />
      </Trans>
    );
  }
  return (
    <Trans>
      Changed <Time at={view.changed_at} /> by {who}.
    </Trans>
  );
}

function Meaning({ preview, error }: { preview: ReturnType<typeof useRules>["preview"]["data"]; error: unknown }) {
  const words = usePreviewWords();
  const mistakes = useRuleMistakes();
  if (error && !isStatus(error, 412)) {
    const found = mistakesOf(error);
    if (found.length === 0) return <ErrorPanel error={error} />;
    return (
      <List size="sm">
        {found.map((one) => (
          <List.Item key={one.pointer + one.code}>{mistakes(one.code, one.detail)}</List.Item>
        ))}
      </List>
    );
  }
  if (!preview) return null;
  const sentences = words(preview);
  if (sentences.length === 0) {
    return (
      <Text size="sm">
        <Trans>Nobody known today is affected.</Trans>
      </Text>
    );
  }
  return (
    <List size="sm" spacing={4}>
      {sentences.map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
    </List>
  );
}

function Stale() {
  const { t } = useLingui();
  return (
    <Alert color="orange" title={t`Somebody else has changed the rules meanwhile`} role="alert">
      <Button
        size="xs"
        variant="default"
        onClick={() => void queryClient.resetQueries({ queryKey: rulesQuery.queryKey })}
      >
        <Trans>Load their version</Trans>
      </Button>
    </Alert>
  );
}
