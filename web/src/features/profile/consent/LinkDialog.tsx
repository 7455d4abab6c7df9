/** The address of the person's own preference page, to send or to read out. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Modal, Stack, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { CopyField } from "@/ui/copy";

type Props = { link: { url: string; expires_at: string }; onClose: () => void };

export function LinkDialog({ link, onClose }: Props) {
  const { t } = useLingui();
  const until = format.date(link.expires_at);
  return (
    <Modal opened onClose={onClose} title={t`Their own preference page`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <CopyField label={t`Address of the page`} value={link.url} />
        <Text size="sm" c="dimmed">
          <Trans>
            Works until {until}. Whoever has this address can see and change what the person gets: give it to nobody
            else.
          </Trans>
        </Text>
      </Stack>
    </Modal>
  );
}
