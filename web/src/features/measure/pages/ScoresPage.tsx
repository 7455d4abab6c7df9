/** Where the scores for recency, frequency and money begin, and how many customers stand where. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, NumberInput, SimpleGrid, Stack, Switch, Table, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconUsers } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { queryClient } from "@/api/query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { RFM_COLORS, useRfmWords } from "@/ui/rfm";
import { EmptyState, ErrorPanel, QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { type RfmRule, type RfmSettings, rfmQuery } from "../queries";
import { draftOf, KINDS, type Kind, ruleOf } from "../scores";

const SCORES = [1, 2, 3, 4, 5];

export default function ScoresPage() {
  const { t } = useLingui();
  const rfm = useQuery(rfmQuery);
  return (
    <Page
      title={t`Scores of customers`}
      description={t`How recently, how often and for how much customers ordered, compared with each other.`}
      back={{ to: paths.people(), label: t`People` }}
    >
      <QueryView query={rfm}>
        {(data) => (
          <Stack gap="md">
            <Distribution rfm={data} />
            <RuleForm key={JSON.stringify(data.boundaries)} rfm={data} />
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}

/** Recency down, frequency and money across. */
function Distribution({ rfm: { counted } }: { rfm: RfmSettings }) {
  const { t } = useLingui();
  const words = useRfmWords();
  if (!counted) {
    return (
      <Panel>
        <EmptyState
          icon={<IconUsers />}
          title={t`Nobody is scored yet`}
          text={t`As soon as customers order, they are compared here: who orders often, who has not ordered for long, who is new.`}
        />
      </Panel>
    );
  }
  const cell = (recency: number, across: number) =>
    counted.distribution.find((one) => one.recency === recency && one.frequency_monetary === across);
  const all = format.number(counted.customers);
  const within = format.number(counted.customers_within_window);
  const at = format.ago(counted.at);
  return (
    <Panel
      title={t`Who stands where`}
      note={t`${all} customers ordered, ${within} of them within the days that count; counted ${at}.`}
    >
      <Table.ScrollContainer minWidth={640} type="native">
        <Table withTableBorder withColumnBorders aria-label={t`Who stands where`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Recency`}</Table.Th>
              {SCORES.map((score) => (
                <Table.Th key={score}>{t`Frequency and money ${score}`}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...SCORES].reverse().map((recency) => (
              <Table.Tr key={recency}>
                <Table.Th scope="row">{recency}</Table.Th>
                {SCORES.map((across) => {
                  const found = cell(recency, across);
                  return (
                    <Table.Td key={across}>
                      <Text fw={600}>{format.number(found?.customers)}</Text>
                      <Badge variant="light" size="sm" color={RFM_COLORS[found?.segment ?? ""]}>
                        {words[found?.segment ?? ""]?.name}
                      </Badge>
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function RuleForm({ rfm }: { rfm: RfmSettings }) {
  const { t } = useLingui();
  const mayWrite = useCan("workspace.write");
  const form = useForm({ initialValues: draftOf(rfm) });
  const save = useMutation({
    mutationFn: (rule: RfmRule) => api.put<RfmSettings>("/api/v1/measure/rfm", rule),
    onSuccess: async (next) => {
      queryClient.setQueryData(rfmQuery.queryKey, next);
      await queryClient.invalidateQueries({ queryKey: ["profiles"] });
      toastDone(t`Saved`);
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const { currency } = rfm;
  const names: Record<Kind, { label: string; note: string }> = {
    recency_days: {
      label: t`Days since the last order`,
      note: t`Up to the first number scores 5; beyond the last, 1.`,
    },
    frequency: { label: t`Orders`, note: t`Up to the first number scores 1; beyond the last, 5.` },
    monetary: { label: t`Money in ${currency}`, note: t`Up to the first number scores 1; beyond the last, 5.` },
  };
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(ruleOf(values, currency)))}>
      <Panel title={t`Where the scores begin`}>
        <Stack gap="md">
          <NumberInput
            maw={320}
            label={t`Days that count`}
            description={t`Orders and money of the last so many days.`}
            min={1}
            max={3660}
            allowDecimal={false}
            disabled={!mayWrite}
            {...form.getInputProps("window_days")}
          />
          <Switch
            label={t`Choose the boundaries myself`}
            description={t`Off: each score holds a fifth of the customers, counted again every day.`}
            disabled={!mayWrite}
            {...form.getInputProps("by_hand", { type: "checkbox" })}
          />
          {form.values.by_hand &&
            KINDS.map((kind) => (
              <Stack key={kind} gap={4} role="group" aria-label={names[kind].label}>
                <Text size="sm" fw={550}>
                  {names[kind].label}
                </Text>
                <Text size="xs" c="dimmed">
                  {names[kind].note}
                </Text>
                <SimpleGrid cols={{ base: 2, xs: 4 }} maw={560}>
                  {[0, 1, 2, 3].map((at) => {
                    const place = at + 1;
                    return (
                      <NumberInput
                        key={at}
                        aria-label={t`${names[kind].label}, boundary ${place}`}
                        disabled={!mayWrite}
                        allowDecimal={kind === "monetary"}
                        {...form.getInputProps(`${kind}.${at}`)}
                      />
                    );
                  })}
                </SimpleGrid>
              </Stack>
            ))}
          {save.error && <ErrorPanel error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!mayWrite}>
              <Trans>Save</Trans>
            </Button>
            {rfm.due && (
              <Text size="sm" c="dimmed">
                <Trans>It is being counted again.</Trans>
              </Text>
            )}
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}
