import { useLingui } from "@lingui/react/macro";
import { Group, Radio, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient, sourcesQuery } from "@/api/query";
import type { Source, SourceKind } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { FormDialog } from "@/ui/FormDialog";
import { KIND_ICONS, useSourceKinds } from "../kinds";
import classes from "./source.module.css";

export function NewSource({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const go = useGo();
  const kinds = useSourceKinds();
  const form = useForm({ initialValues: { name: "", kind: "website" as SourceKind } });
  const create = useMutation({
    mutationFn: (values: typeof form.values) => api.post<Source>("/api/v1/sources", values),
    onSuccess: async (source) => {
      await queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey });
      go(paths.source(source.id), { replace: true });
    },
  });
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={t`Connect a source`}
      size="lg"
      onSubmit={form.onSubmit((values) => create.mutate({ ...values, name: values.name.trim() }))}
      submit={t`Connect`}
      loading={create.isPending}
    >
      <Radio.Group label={t`What is it?`} {...form.getInputProps("kind")}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
          {kinds.map((kind) => {
            const Look = KIND_ICONS[kind.value];
            return (
              <Radio.Card key={kind.value} value={kind.value} className={classes.kind} p="sm">
                <Group wrap="nowrap" gap="sm">
                  <Look size={20} stroke={1.6} aria-hidden />
                  <div>
                    <Text fw={550}>{kind.label}</Text>
                    <Text size="sm" c="dimmed">
                      {kind.about}
                    </Text>
                  </div>
                </Group>
              </Radio.Card>
            );
          })}
        </SimpleGrid>
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
