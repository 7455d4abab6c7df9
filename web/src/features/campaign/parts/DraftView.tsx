/** A campaign that was not launched yet: four cards in any order, or the e-mail editor. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Campaign } from "@/api/types";
import { useGo, useSearchValue } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { CampaignState } from "@/ui/campaign-state";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { ErrorPanel } from "@/ui/states";
import { EmailEditor } from "../editor/EmailEditor";
import { cardStates, isWritten } from "../model";
import { reviewQuery } from "../queries";
import { type DraftControl, type SaveState, useDraft } from "../useDraft";
import { AudienceCard } from "./AudienceCard";
import { CampaignMenu } from "./CampaignMenu";
import { ContentCard } from "./ContentCard";
import { LaunchCard } from "./LaunchCard";
import { ReviewCard } from "./ReviewCard";

export function DraftView({ campaign }: { campaign: Campaign }) {
  const { t } = useLingui();
  const go = useGo();
  const [view] = useSearchValue("view");
  const mayWrite = useCan("campaign.write");
  const control = useDraft(campaign, mayWrite);
  const writing = view === "content";
  useShortcut("mod+s", t`Save now`, () => void control.save());
  const home = paths.campaign(campaign.id);
  return (
    <Page
      title={control.draft.name || t`Campaign`}
      chip={<CampaignState state={campaign.state} />}
      back={writing ? { to: home, label: control.draft.name } : { to: paths.campaigns(), label: t`Campaigns` }}
      actions={
        <>
          <SaveNote state={control.state} />
          {writing && (
            <LinkButton to={home} variant="default">
              <Trans>Done</Trans>
            </LinkButton>
          )}
          <CampaignMenu campaign={campaign} onDelete={() => go(paths.campaigns())} />
        </>
      }
    >
      <SaveProblem control={control} />
      {writing ? (
        <EmailEditor campaignId={campaign.id} control={control} disabled={!mayWrite} />
      ) : (
        <Cards campaign={campaign} control={control} mayWrite={mayWrite} />
      )}
    </Page>
  );
}

type CardsProps = { campaign: Campaign; control: DraftControl; mayWrite: boolean };

function Cards({ campaign, control, mayWrite }: CardsProps) {
  const { t } = useLingui();
  const { draft } = control;
  const complete = draft.segment_id !== null && isWritten(draft.message);
  const review = useQuery({ ...reviewQuery(campaign.id, control.version), enabled: complete });
  const states = cardStates(draft, complete ? review.data : undefined);
  const settled = control.state === "saved" && !review.isPlaceholderData && !review.isFetching;
  return (
    <Stack gap="md">
      <TextInput
        label={t`Name`}
        maw={480}
        disabled={!mayWrite}
        value={draft.name}
        onChange={(event) => {
          const name = event.currentTarget.value;
          control.change((before) => ({ ...before, name }));
        }}
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <AudienceCard control={control} state={states.audience} disabled={!mayWrite} />
        <ContentCard campaign={campaign} message={draft.message} state={states.content} />
        <ReviewCard review={review} state={states.review} complete={complete} />
        <LaunchCard
          campaign={campaign}
          review={complete ? review.data : undefined}
          ready={states.ready && settled}
          settled={settled}
        />
      </SimpleGrid>
    </Stack>
  );
}

function SaveNote({ state }: { state: SaveState }) {
  const { t } = useLingui();
  const words: Record<SaveState, string> = {
    saved: t`All changes saved`,
    waiting: t`Changed`,
    saving: t`Saving`,
    conflict: t`Not saved`,
    failed: t`Not saved`,
  };
  const wrong = state === "conflict" || state === "failed";
  return (
    <Text size="sm" c={wrong ? "var(--mantine-color-red-text)" : "dimmed"} role="status" aria-live="polite">
      {words[state]}
    </Text>
  );
}

function SaveProblem({ control }: { control: DraftControl }) {
  const { t } = useLingui();
  if (control.state === "conflict") {
    return (
      <Alert color="orange" icon={<IconAlertTriangle />} role="alert" title={t`Somebody else changed this campaign`}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            <Trans>
              Your last change is not saved, so that theirs is not overwritten. Copy what you need, load the page again,
              then repeat your change.
            </Trans>
          </Text>
          <Button size="xs" onClick={() => window.location.reload()}>
            <Trans>Load again</Trans>
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (control.state !== "failed") return null;
  return <ErrorPanel error={control.error} retry={() => void control.save()} />;
}
