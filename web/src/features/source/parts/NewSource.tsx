import { useLingui } from "@lingui/react/macro";
import { Group, Radio, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient, sourcesQuery } from "@/api/query";
import type { Source, SourceKind } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { FormDialog } from "@/ui/FormDialog";
import { createConnection } from "../connect/queries";
import { CONNECTIONS, isConnection, KIND_ICONS, useSourceKinds } from "../kinds";
import { newWebhook } from "../webhook/model";
import classes from "./source.module.css";

type Made = Pick<Source, "id">;

/** What sends by itself, and a webhook, is there at once; what is fetched has more to fill in. */
const isReadyAtOnce = (kind: SourceKind) => !isConnection(kind) || kind === "webhook";

export function NewSource({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const go = useGo();
  const kinds = useSourceKinds();
  const form = useForm({ initialValues: { name: "", kind: "website" as SourceKind } });
  const create = useMutation({
    mutationFn: ({ name, kind }: typeof form.values): Promise<Made> =>
      kind === "webhook" ? createConnection(name, newWebhook()) : api.post<Source>("/api/v1/sources", { name, kind }),
    onSuccess: async (source) => {
      await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
      go(paths.source(source.id), { replace: true });
    },
  });
  const { kind } = form.values;
  const start = (values: typeof form.values) => {
    const name = values.name.trim();
    if (isReadyAtOnce(values.kind)) create.mutate({ ...values, name });
    else go(`${paths.newConnection(values.kind)}?name=${encodeURIComponent(name)}`);
  };
  const groups = [
    { label: t`It sends by itself`, kinds: kinds.filter((one) => !isConnection(one.value)) },
    {
      label: t`Tutti listens or fetches`,
      kinds: kinds.filter((one) => CONNECTIONS.some((value) => value === one.value)),
    },
  ];
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={t`Connect a source`}
      size="lg"
      onSubmit={form.onSubmit(start)}
      submit={isReadyAtOnce(kind) ? t`Connect` : t`Next`}
      loading={create.isPending}
    >
      <Radio.Group label={t`What is it?`} {...form.getInputProps("kind")}>
        <Stack gap="sm" mt="xs">
          {groups.map((group) => (
            <div key={group.label}>
              <Text size="sm" c="dimmed" mb={4}>
                {group.label}
              </Text>
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
                {group.kinds.map((one) => {
                  const Look = KIND_ICONS[one.value];
                  return (
                    <Radio.Card key={one.value} value={one.value} className={classes.kind} p="sm">
                      <Group wrap="nowrap" gap="sm">
                        <Look size={20} stroke={1.6} aria-hidden style={{ flex: "none" }} />
                        <div>
                          <Text fw={550}>{one.label}</Text>
                          <Text size="sm" c="dimmed">
                            {one.about}
                          </Text>
                        </div>
                      </Group>
                    </Radio.Card>
                  );
                })}
              </SimpleGrid>
            </div>
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={t`Name`}
        placeholder={t`Our web shop`}
        required
        maxLength={100}
        {...form.getInputProps("name")}
      />
    </FormDialog>
  );
}
