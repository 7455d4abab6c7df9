/** A few fields asked for in a dialog, with its two buttons; and the same fields where the dialog is somebody else's. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, type ModalProps, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { ErrorPanel } from "./states";

type FieldsProps = {
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  onCancel: () => void;
  /** What the button does, in a word. */
  submit: ReactNode;
  loading: boolean;
  disabled?: boolean;
  /** A failure that is shown above the fields. */
  error?: unknown;
  children: ReactNode;
};

export function DialogFields({ onSubmit, onCancel, submit, loading, disabled, error, children }: FieldsProps) {
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {error ? <ErrorPanel error={error} /> : null}
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={loading} disabled={disabled}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type DialogProps = Omit<FieldsProps, "onCancel"> & {
  title: string;
  onClose: () => void;
  /** False hides it and keeps it mounted; left out: shown. */
  opened?: boolean;
  size?: ModalProps["size"];
};

export function FormDialog({ title, onClose, opened = true, size, ...fields }: DialogProps) {
  const { t } = useLingui();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      centered
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <DialogFields {...fields} onCancel={onClose} />
    </Modal>
  );
}
