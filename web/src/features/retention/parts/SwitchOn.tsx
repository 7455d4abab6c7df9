/** Switches a rule on: after a look, with the warning typed away, because what goes is gone. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "@/ui/confirm";
import { toastDone, toastError } from "@/ui/toast";
import { enableRule, refresh } from "../queries";
import type { Rule, RuleResult, Run } from "../types";
import { ruleWords, targetWords } from "../words";

type Props = { rule: Rule; look: Run | null; result: RuleResult | null; mayWrite: boolean };

export function SwitchOn({ rule, look, result, mayWrite }: Props) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const sentence = ruleWords(rule);
  const enable = useMutation({
    meta: { quiet: true },
    mutationFn: () => enableRule(rule.id, look?.id ?? null),
    onSuccess: async () => {
      toastDone(rule.keep ? t`It is on, and begins in the coming night.` : t`It is on.`);
      setAsking(false);
      await refresh();
    },
    onError: async (error) => {
      setAsking(false);
      toastError(error);
      await refresh();
    },
  });
  const reason = !mayWrite
    ? t`Your role may not change this.`
    : rule.keep && !look
      ? t`Look first what would go.`
      : undefined;
  return (
    <>
      <Button
        color={rule.keep ? "red" : undefined}
        variant={rule.keep ? "outline" : "filled"}
        disabled={reason !== undefined}
        title={reason}
        loading={enable.isPending && !asking}
        onClick={() => (rule.keep ? setAsking(true) : enable.mutate())}
      >
        {rule.keep ? t`Switch on…` : t`Switch on`}
      </Button>
      {reason && (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Switch on “${sentence}”?`}
        confirmLabel={t`Switch on`}
        typed={targetWords(rule.target)}
        loading={enable.isPending}
        onConfirm={() => enable.mutate()}
      >
        <Warning rule={rule} result={result} />
      </ConfirmDialog>
    </>
  );
}

function Warning({ rule, result }: Pick<Props, "rule" | "result">) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {rule.action === "delete" ? (
          <Plural
            value={result?.events ?? 0}
            _0="Nothing is deleted in the coming night."
            one="# event is deleted in the coming night."
            other="# events are deleted in the coming night."
          />
        ) : (
          <Plural
            value={result?.events ?? 0}
            _0="Nothing is made anonymous in the coming night."
            one="# event is made anonymous in the coming night."
            other="# events are made anonymous in the coming night."
          />
        )}
      </Text>
      <Text size="sm">
        <Trans>After that it goes on every night with what has become old enough, without asking again.</Trans>
      </Text>
      <Text size="sm">
        <Trans>What is gone cannot be brought back, not even by switching the rule off.</Trans>
      </Text>
    </Stack>
  );
}
