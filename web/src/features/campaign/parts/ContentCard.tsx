import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Campaign, EmailMessage } from "@/api/types";
import { paths } from "@/lib/paths";
import { LinkButton } from "@/ui/links";
import { MailFrame } from "@/ui/MailFrame";
import { ErrorPanel } from "@/ui/states";
import { type CardState, isWritten } from "../model";
import { previewQuery } from "../queries";
import { Card } from "./Card";

const REST_MS = 300;

type Props = { campaign: Campaign; message: EmailMessage; state: CardState };

export function ContentCard({ campaign, message, state }: Props) {
  const { t } = useLingui();
  const [settled] = useDebouncedValue(message, REST_MS);
  const begun = message.body.trim() !== "";
  const preview = useQuery({ ...previewQuery(settled, null), enabled: begun });
  return (
    <Card title={t`Content`} state={state}>
      <Stack gap="sm">
        {!begun && (
          <Text size="sm" c="dimmed">
            <Trans>Begin with a ready design or with your own HTML, and see it as any person gets it.</Trans>
          </Text>
        )}
        {preview.error ? <ErrorPanel error={preview.error} /> : null}
        {begun && preview.data && (
          <>
            <div>
              <Text fw={600} style={{ overflowWrap: "anywhere" }}>
                {preview.data.subject || t`(no subject)`}
              </Text>
              <Text size="sm" c="dimmed" truncate>
                {preview.data.preheader}
              </Text>
            </div>
            {preview.data.html && <MailFrame html={preview.data.html} title={t`Preview of the e-mail`} height={240} />}
          </>
        )}
        <LinkButton
          to={`${paths.campaign(campaign.id)}?view=content`}
          variant={isWritten(message) ? "default" : "filled"}
          leftSection={<IconPencil size={16} aria-hidden />}
          style={{ alignSelf: "flex-start" }}
        >
          {begun ? <Trans>Edit the e-mail</Trans> : <Trans>Write the e-mail</Trans>}
        </LinkButton>
      </Stack>
    </Card>
  );
}
