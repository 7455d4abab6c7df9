/** What goes and what stays when a person is made anonymous, and the question before it is done. */
import { Trans, useLingui } from "@lingui/react/macro";
import { List, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient } from "@/api/query";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { ConfirmDialog } from "@/ui/confirm";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { anonymise, anonymisePreviewQuery } from "./queries";
import type { AnonymisePreview } from "./types";
import { eventsText, goesLines, staysLines } from "./words";

const NAMES_SHOWN = 6;

type Props = { profile: Profile; opened: boolean; onClose: () => void };

export function AnonymiseDialog({ profile, opened, onClose }: Props) {
  const { t } = useLingui();
  const preview = useQuery({ ...anonymisePreviewQuery(profile.id), enabled: opened });
  const name = format.person(profile.label);
  const doIt = useMutation({
    mutationFn: () => anonymise(profile.id),
    onSuccess: async () => {
      toastDone(t`${name} is made anonymous`);
      onClose();
      // The page asks for the person again, and shows what became of them.
      await queryClient.resetQueries({ queryKey: ["profiles", "one", profile.id], exact: true });
      await queryClient.invalidateQueries({ queryKey: ["profiles", "list"] });
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t`Make ${name} anonymous?`}
      confirmLabel={t`Make anonymous for ever`}
      typed={name}
      size="lg"
      waiting={!preview.isSuccess}
      loading={doIt.isPending}
      onConfirm={() => doIt.mutate()}
    >
      <QueryView query={preview}>{(data) => <PreviewView preview={data} />}</QueryView>
    </ConfirmDialog>
  );
}

function PreviewView({ preview }: { preview: AnonymisePreview }) {
  const { t } = useLingui();
  const names = eventsText(preview.events_by_name, NAMES_SHOWN);
  const kept = preview.kept_properties.join(", ");
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Part title={t`What goes`} lines={goesLines(preview.goes)} />
        <Part title={t`What stays, without the person`} lines={staysLines(preview.stays)} />
      </SimpleGrid>
      {names && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          <Trans>Events that stay: {names}</Trans>
        </Text>
      )}
      <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        <Trans>Of their details only these stay: {kept}</Trans>
      </Text>
      <Text size="sm" fw={600}>
        <Trans>
          This cannot be taken back. If the person comes back with the same address, they are a new customer.
        </Trans>
      </Text>
    </Stack>
  );
}

function Part({ title, lines }: { title: string; lines: string[] }) {
  return (
    <Paper withBorder p="sm" role="group" aria-label={title} style={{ minWidth: 0 }}>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      <List size="sm">
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </Paper>
  );
}
