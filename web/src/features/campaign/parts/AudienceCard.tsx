import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { segmentsQuery } from "@/api/query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { ErrorPanel, Loading } from "@/ui/states";
import type { CardState } from "../model";
import { audienceQuery } from "../queries";
import type { DraftControl } from "../useDraft";
import { Card } from "./Card";
import { SegmentSelect } from "./SegmentSelect";
import { TopicSelect } from "./TopicSelect";

const REFRESH_MS = 15_000;

type Props = { control: DraftControl; state: CardState; disabled: boolean };

export function AudienceCard({ control, state, disabled }: Props) {
  const { t } = useLingui();
  const segment = control.draft.segment_id;
  const count = useQuery({ ...audienceQuery(segment ?? ""), refetchInterval: REFRESH_MS });
  const sentence = useQuery(segmentsQuery).data?.items.find((one) => one.id === segment)?.sentence;
  const reach = count.data?.reach.email ?? 0;
  const total = count.data?.count ?? 0;
  const out = format.number(total - reach);
  const totalText = format.number(total);
  return (
    <Card title={t`Audience`} state={state}>
      <Stack gap="sm">
        <SegmentSelect
          value={segment}
          disabled={disabled}
          onChange={(segment_id) => control.change((draft) => ({ ...draft, segment_id }))}
        />
        <TopicSelect
          value={control.draft.topic}
          disabled={disabled}
          onChange={(topic) => control.change((draft) => ({ ...draft, topic }))}
        />
        {segment && count.error ? <ErrorPanel error={count.error} /> : null}
        {segment && count.isPending && <Loading rows={2} />}
        {segment && count.data && (
          <Box role="status" aria-live="polite">
            <Text fz={32} fw={680} lh={1.2} style={{ fontVariantNumeric: "tabular-nums" }}>
              {format.number(reach)}
            </Text>
            <Text size="sm">
              <Plural value={reach} one="person may be e-mailed now" other="people may be e-mailed now" />
            </Text>
            <Text size="sm" c="dimmed">
              {total === reach ? (
                <Trans>That is everybody in the segment.</Trans>
              ) : (
                <Trans>
                  of {totalText} in the segment; {out} may not be e-mailed and are left out.
                </Trans>
              )}
            </Text>
            {sentence && (
              <Text size="sm" c="dimmed" mt="xs">
                {sentence}
              </Text>
            )}
            <Group gap="md" mt="xs">
              <AppLink size="sm" to={paths.segment(segment)}>
                <Trans>Open the segment</Trans>
              </AppLink>
              <AppLink size="sm" to={`${paths.people()}?segment=${segment}`}>
                <Trans>Show people</Trans>
              </AppLink>
            </Group>
          </Box>
        )}
      </Stack>
    </Card>
  );
}
