/** Deletes a company for ever; its people stay customers. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Company } from "@/api/companies";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { ConfirmDialog } from "@/ui/confirm";
import { toastDone } from "@/ui/toast";
import { refresh, remove } from "../queries";

export function DeleteCompany({ company }: { company: Company }) {
  const { t } = useLingui();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const erase = useMutation({
    mutationFn: () => remove(company.id),
    onSuccess: async ({ visible }) => {
      go(paths.companies(), { replace: true });
      toastDone(t`“${company.name}” is deleted`);
      await refresh(visible);
    },
  });
  return (
    <>
      <Button
        variant="outline"
        color="red"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        <Trans>Delete</Trans>
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Delete ${company.name}?`}
        confirmLabel={t`Delete for ever`}
        typed={company.name}
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        <Stack gap="xs">
          <Text size="sm">
            <Plural
              value={company.members}
              _0="Nobody belongs to it."
              one="# customer belongs to it and stays a customer."
              other="# customers belong to it and stay customers."
            />
          </Text>
          <Text size="sm">
            <Trans>
              The company, its attributes and who belonged to it are deleted. This cannot be taken back. When a source
              names it again, it begins anew.
            </Trans>
          </Text>
        </Stack>
      </ConfirmDialog>
    </>
  );
}
