/** A feed that was read and not applied, as too many of its products would be gone, or some for a quotation mark that is
 * not closed: why, and applying it all the same. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { applyRun, type FeedRun } from "@/api/products";
import { queryClient } from "@/api/query";
import { ConfirmDialog } from "@/ui/confirm";
import { useFeedTroubles } from "./feed-words";
import * as format from "./format";
import { useCan } from "./session";

type Props = {
  run: FeedRun;
  /** Another way out, beside the button. */
  children?: ReactNode;
};

export function HeldFeed({ run, children }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("product.write");
  const [asking, setAsking] = useState(false);
  const apply = useMutation({
    mutationFn: () => applyRun(run.id),
    onSuccess: async () => {
      setAsking(false);
      await queryClient.invalidateQueries({ queryKey: ["products"] });
      await queryClient.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  const count = format.number(run.would_go);
  const trouble = useFeedTroubles()(run.code);
  const isQuote = run.code === "feed_open_quote";
  return (
    <Alert color="orange" icon={<IconInfoCircle />} title={t`Nothing was changed yet`} role="alert">
      <Stack gap="sm">
        {isQuote ? (
          <>
            <Text size="sm">
              {trouble?.what}. {trouble?.fix}{" "}
              <Plural
                value={run.would_go}
                one="# product would be gone if it were applied as it is."
                other="# products would be gone if it were applied as it is."
              />
            </Text>
            <Text size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
              {run.detail}
            </Text>
          </>
        ) : (
          <Text size="sm">
            <Plural
              value={run.would_go}
              one="# product would be gone: the file does not have it."
              other="# products would be gone: the file does not have them."
            />{" "}
            <Trans>
              That is often a file that was cut short. If the shop does sell so much less now, apply it all the same.
            </Trans>
          </Text>
        )}
        {mayWrite && (
          <Group gap="xs">
            <Button variant="default" onClick={() => setAsking(true)}>
              <Trans>Apply anyway</Trans>
            </Button>
            {children}
          </Group>
        )}
      </Stack>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Apply this feed anyway?`}
        confirmLabel={t`Apply anyway`}
        loading={apply.isPending}
        onConfirm={() => apply.mutate()}
      >
        <Trans>
          {count} products will be gone from the catalogue. They stay readable, and come back with the next feed that
          has them.
        </Trans>
      </ConfirmDialog>
    </Alert>
  );
}
