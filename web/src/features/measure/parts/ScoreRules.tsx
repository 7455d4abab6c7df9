/** The form: how many days count, and where each score begins. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Input, NumberInput, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { ErrorPanel } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { type RfmRule, type RfmSettings, rfmQuery } from "../queries";
import { draftOf, KINDS, type Kind, ruleOf, type Trouble, troublesOf, WINDOW_DAYS_MAX } from "../scores";

export function ScoreRules({ rfm }: { rfm: RfmSettings }) {
  const { t } = useLingui();
  const mayWrite = useCan("workspace.write");
  const [tried, setTried] = useState(false);
  const form = useForm({ initialValues: draftOf(rfm) });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (rule: RfmRule) => api.put<RfmSettings>("/api/v1/measure/rfm", rule),
    onSuccess: async (next) => {
      queryClient.setQueryData(rfmQuery.queryKey, next);
      await queryClient.invalidateQueries({ queryKey: ["profiles"] });
      toastDone(t`Saved`);
    },
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
  const said: Record<Trouble, string> = {
    missing: t`A number is missing.`,
    descending: t`Each number must be at least the one before.`,
    out_of_range: t`A number is too small or too large to count.`,
  };
  const troubles = tried ? troublesOf(form.values) : {};
  const submit = (values: typeof form.values) => {
    setTried(true);
    if (Object.keys(troublesOf(values)).length === 0) save.mutate(ruleOf(values, currency));
  };
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <Panel title={t`Where the scores begin`}>
        <Stack gap="md">
          <NumberInput
            maw={320}
            label={t`Days that count`}
            description={t`Orders and money of the last so many days.`}
            min={1}
            max={WINDOW_DAYS_MAX}
            allowDecimal={false}
            disabled={!mayWrite}
            {...form.getInputProps("window_days")}
            error={troubles.window_days && said[troubles.window_days]}
          />
          <Switch
            label={t`Choose the boundaries myself`}
            description={t`Off: each score holds about a fifth of the customers, and equal numbers get the same score. Counted again every day.`}
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
                        error={troubles[kind] !== undefined}
                      />
                    );
                  })}
                </SimpleGrid>
                {troubles[kind] && <Input.Error role="alert">{said[troubles[kind]]}</Input.Error>}
              </Stack>
            ))}
          {save.error && <ErrorPanel error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!mayWrite || !form.isDirty()}>
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
