import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Group, List, Stack, Table, Text } from "@mantine/core";
import { IconBan, IconBulb } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { CampaignReview } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { QueryView } from "@/ui/states";
import type { CardState } from "../model";
import { useWords } from "../words";
import { Card } from "./Card";

type Props = { review: UseQueryResult<CampaignReview>; state: CardState; complete: boolean };

export function ReviewCard({ review, state, complete }: Props) {
  const { t } = useLingui();
  return (
    <Card title={t`Review`} state={state}>
      {complete ? (
        <QueryView query={review}>{(data) => <Numbers review={data} />}</QueryView>
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>
            When audience and content are there, you see here exactly who gets the e-mail, who does not and why, and
            what is wrong with it.
          </Trans>
        </Text>
      )}
    </Card>
  );
}

function Numbers({ review }: { review: CampaignReview }) {
  const { t } = useLingui();
  const words = useWords();
  const blocking = review.checks.filter((check) => check.severity === "blocking");
  const advice = review.checks.filter((check) => check.severity === "advice");
  return (
    <Stack gap="sm">
      <Table verticalSpacing={4} aria-label={t`Who gets it`}>
        <Table.Tbody>
          <Line name={t`In the segment`} count={review.audience} />
          {review.exclusions.map((one) => (
            <Line key={one.reason} name={words.exclusion(one.reason)} count={-one.count} />
          ))}
          <Line name={t`Get the e-mail`} count={review.recipients} strong />
        </Table.Tbody>
      </Table>
      {typeof review.estimated_seconds === "number" && (
        <Text size="sm" c="dimmed">
          {t`Sending takes about ${format.duration(1000 * review.estimated_seconds)} at the rate of the sender.`}
        </Text>
      )}
      {blocking.length > 0 && (
        <Alert color="orange" icon={<IconBan />} title={t`Needed before it can be sent`}>
          <Checks checks={blocking} />
        </Alert>
      )}
      {advice.length > 0 && (
        <Alert color="gray" icon={<IconBulb />} title={t`Advice`}>
          <Checks checks={advice} />
        </Alert>
      )}
      {review.sample.length > 0 && (
        <Stack gap={8}>
          <Text size="sm" fw={500}>
            <Trans>The subject as some of them read it</Trans>
          </Text>
          {review.sample.map((one) => (
            <Group key={one.profile.id} gap="xs" wrap="nowrap" justify="space-between">
              <Text size="sm" truncate>
                {one.subject}
              </Text>
              <AppLink size="sm" to={paths.person(one.profile.id)} truncate maw="40%" py={3}>
                {one.profile.label}
              </AppLink>
            </Group>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function Checks({ checks }: { checks: CampaignReview["checks"] }) {
  const words = useWords();
  return (
    <List size="sm" spacing={2}>
      {checks.map((check, index) => (
        <List.Item key={index}>{words.check(check)}</List.Item>
      ))}
    </List>
  );
}

function Line({ name, count, strong }: { name: string; count: number; strong?: boolean }) {
  return (
    <Table.Tr fw={strong ? 650 : undefined}>
      <Table.Th scope="row" fw="inherit">
        {name}
      </Table.Th>
      <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
        {format.number(count)}
      </Table.Td>
    </Table.Tr>
  );
}
