/** Asks before something that cannot be taken back; names the thing and, when asked, has it typed. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, type ModalProps, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";

type Props = {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  /** The text that must be typed; only for what is irreversible. */
  typed?: string;
  danger?: boolean;
  loading?: boolean;
  /** Not to be confirmed yet: what will happen is still being looked up. */
  waiting?: boolean;
  size?: ModalProps["size"];
  onConfirm: () => void;
};

export function ConfirmDialog({ typed, danger = true, loading, waiting = false, ...props }: Props) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const ready = !waiting && (typed === undefined || text.trim() === typed);
  const close = () => {
    setText("");
    props.onClose();
  };
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      size={props.size}
      centered
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !loading) props.onConfirm();
        }}
      >
        <Stack>
          <Text size="sm" component="div">
            {props.children}
          </Text>
          {typed !== undefined && (
            <TextInput
              label={<Trans>Type “{typed}” to confirm</Trans>}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" color={danger ? "red" : undefined} disabled={!ready} loading={loading}>
              {props.confirmLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
