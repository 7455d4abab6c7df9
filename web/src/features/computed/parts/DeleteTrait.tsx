/** Asks before a computed trait is taken away from everybody; one that is in use says where instead. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, isStatus } from "@/api/errors";
import { queryClient } from "@/api/query";
import { UseList } from "@/lib/uses";
import { ConfirmDialog } from "@/ui/confirm";
import { toastDone, toastError } from "@/ui/toast";
import { refresh, remove } from "../queries";
import type { ComputedTrait, Use } from "../types";

type Props = { trait: ComputedTrait; opened: boolean; onClose: () => void; onDeleted?: () => void };

/** Who uses it, as the refusal of the server says; it may know more than the list. */
function usersIn(error: unknown): Use[] {
  if (!(error instanceof ApiError)) return [];
  const { users } = error.problem as { users?: Use[] };
  return users ?? [];
}

export function DeleteTrait({ trait, opened, onClose, onDeleted }: Props) {
  const { t } = useLingui();
  const [found, setFound] = useState<Use[]>([]);
  const uses = trait.used_by.length > 0 ? trait.used_by : found;
  const removing = useMutation({
    meta: { quiet: true },
    mutationFn: () => remove(trait.id),
    onSuccess: async () => {
      toastDone(t`“${trait.name}” is being taken away from everybody`);
      onClose();
      onDeleted?.();
      queryClient.removeQueries({ queryKey: ["computed-traits", "one", trait.id] });
      await refresh();
    },
    onError: async (error) => {
      const users = usersIn(error);
      if (users.length > 0) return setFound(users);
      onClose();
      toastError(error);
      // It is in use, or gone: the list shows what the refusal was for.
      if (isStatus(error, 409) || isStatus(error, 404)) await refresh();
    },
  });
  if (uses.length > 0) return <InUse trait={trait} uses={uses} opened={opened} onClose={onClose} />;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t`Delete “${trait.name}”?`}
      confirmLabel={t`Delete`}
      loading={removing.isPending}
      onConfirm={() => removing.mutate()}
    >
      <Plural
        value={trait.people}
        _0="Nobody has a value of it."
        one="# customer loses this value. It can be worked out again, as long as the events are kept."
        other="# customers lose this value. It can be worked out again, as long as the events are kept."
      />
    </ConfirmDialog>
  );
}

function InUse({ trait, uses, opened, onClose }: Omit<Props, "onDeleted"> & { uses: Use[] }) {
  const { t } = useLingui();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t`“${trait.name}” is in use`}
      centered
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Stack>
        <Text size="sm">
          <Trans>It can be deleted once nothing needs it any more. It is used by:</Trans>
        </Text>
        <UseList uses={uses} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
