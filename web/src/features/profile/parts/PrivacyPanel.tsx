/** The person's rights: take everything away as a file, be made anonymous, or be erased. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconTrash, IconUserQuestion } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, downloadFile } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Profile } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ConfirmDialog } from "@/ui/confirm";
import { Panel } from "@/ui/Panel";
import { toastDone } from "@/ui/toast";
import { AnonymiseDialog } from "../privacy/AnonymiseDialog";
import { profilePath } from "../queries";

export function PrivacyPanel({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const [anonymising, setAnonymising] = useState(false);
  const mayErase = useCan("profile.erase");
  const save = useMutation({
    mutationFn: (format: "html" | "json") =>
      downloadFile(`${profilePath(profile.id)}/export?format=${format}`, `${profile.id}.${format}`),
  });
  const erase = useMutation({
    mutationFn: () => api.delete(profilePath(profile.id)),
    onSuccess: async () => {
      toastDone(t`${profile.label} is being erased everywhere`);
      go(paths.people(), { replace: true });
      queryClient.removeQueries({ queryKey: ["profiles", "one", profile.id] });
      await queryClient.invalidateQueries({ queryKey: ["profiles", "list"] });
    },
  });
  return (
    <Panel title={t`Privacy`}>
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Text size="sm" maw="60ch">
            <Trans>
              Everything kept about this person in one file, to hand over on request: a page to read, in the person's
              own language, or JSON for programs.
            </Trans>
          </Text>
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              loading={save.isPending && save.variables === "html"}
              onClick={() => save.mutate("html")}
            >
              <Trans>Download all data</Trans>
            </Button>
            <Button
              variant="default"
              loading={save.isPending && save.variables === "json"}
              onClick={() => save.mutate("json")}
              aria-label={t`Download all data as JSON`}
            >
              JSON
            </Button>
          </Group>
        </Group>
        <Group justify="space-between" gap="sm">
          <Text size="sm" maw="60ch">
            <Trans>
              Make the person anonymous: who it was is forgotten, and what happened still counts in reports. This cannot
              be taken back.
            </Trans>
          </Text>
          <Button
            variant="outline"
            color="red"
            leftSection={<IconUserQuestion size={16} aria-hidden />}
            disabled={!mayErase}
            title={mayErase ? undefined : t`Your role may not change this.`}
            onClick={() => setAnonymising(true)}
          >
            <Trans>Anonymise</Trans>
          </Button>
        </Group>
        <Group justify="space-between" gap="sm">
          <Text size="sm" maw="60ch">
            <Trans>Erase the person, every event and every message. This cannot be taken back.</Trans>
          </Text>
          <Button
            variant="outline"
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            disabled={!mayErase}
            title={mayErase ? undefined : t`Your role may not change this.`}
            onClick={() => setAsking(true)}
          >
            <Trans>Erase this person</Trans>
          </Button>
        </Group>
      </Stack>
      <AnonymiseDialog profile={profile} opened={anonymising} onClose={() => setAnonymising(false)} />
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Erase ${profile.label}?`}
        confirmLabel={t`Erase for ever`}
        typed={profile.label}
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        <Trans>
          Attributes, identifiers, events, orders and messages of this person are deleted from every place they are
          kept. Totals of past campaigns stay, without the person.
        </Trans>
      </ConfirmDialog>
    </Panel>
  );
}
