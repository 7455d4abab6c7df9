/** Switching a rule off and deleting it; who would be switched off with it is said first. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, List, Stack, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ConfirmDialog } from "@/ui/confirm";
import { toastDone } from "@/ui/toast";
import { widerOn } from "../model";
import { disableRule, refresh, removeRule } from "../queries";
import type { Rule } from "../types";
import { ruleWords } from "../words";

export function RuleActions({ rule, rules }: { rule: Rule; rules: Rule[] }) {
  const { t } = useLingui();
  const go = useGo();
  const [asking, setAsking] = useState<"off" | "delete" | null>(null);
  const sentence = ruleWords(rule);
  const wider = widerOn(rule, rules);
  const off = useMutation({
    mutationFn: () => disableRule(rule.id),
    onSuccess: async () => {
      toastDone(t`It is off: nothing goes by it any more.`);
      await refresh();
    },
    onSettled: () => setAsking(null),
  });
  const remove = useMutation({
    mutationFn: () => removeRule(rule.id),
    onSuccess: async () => {
      toastDone(t`The rule is deleted`);
      go(paths.retention(), { replace: true });
      await refresh();
    },
    onSettled: () => setAsking(null),
  });
  return (
    <>
      {rule.enabled && (
        <Button
          variant="default"
          loading={off.isPending}
          onClick={() => (wider.length > 0 ? setAsking("off") : off.mutate())}
        >
          <Trans>Switch off</Trans>
        </Button>
      )}
      <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setAsking("delete")}>
        <Trans>Delete…</Trans>
      </Button>
      <ConfirmDialog
        opened={asking === "off"}
        onClose={() => setAsking(null)}
        title={t`Switch off “${sentence}”?`}
        confirmLabel={t`Switch off`}
        danger={false}
        loading={off.isPending}
        onConfirm={() => off.mutate()}
      >
        <Wider rules={wider} />
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "delete"}
        onClose={() => setAsking(null)}
        title={t`Delete “${sentence}”?`}
        confirmLabel={t`Delete the rule`}
        loading={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <Stack gap="xs">
          <Text size="sm">
            <Trans>Only the rule goes. No event is deleted by this, and none comes back.</Trans>
          </Text>
          <Wider rules={wider} />
        </Stack>
      </ConfirmDialog>
    </>
  );
}

function Wider({ rules }: { rules: Rule[] }) {
  if (rules.length === 0) return null;
  return (
    <>
      <Text size="sm">
        <Trans>
          These rules are wider and would take its events. They are switched off with it, until you have looked again
          what would go:
        </Trans>
      </Text>
      <List size="sm">
        {rules.map((one) => (
          <List.Item key={one.id}>{ruleWords(one)}</List.Item>
        ))}
      </List>
    </>
  );
}
