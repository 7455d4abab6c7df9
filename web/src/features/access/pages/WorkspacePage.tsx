import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NumberInput, Radio, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, chooseWorkspace } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { meQuery, queryClient } from "@/api/query";
import type { Workspace } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { ownTimeZone } from "@/lib/zones";
import { FormDialog } from "@/ui/FormDialog";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { IpAddresses } from "../parts/IpAddresses";
import { ZoneAndCurrency } from "../parts/ZoneAndCurrency";
import { workspaceQuery } from "../queries";

const LONGEST_WINDOW_DAYS = 365;

export default function WorkspacePage() {
  const { t } = useLingui();
  const workspace = useQuery(workspaceQuery);
  const mayWrite = useCan("workspace.write");
  const [creating, setCreating] = useState(false);
  return (
    <Page
      title={t`Workspace`}
      description={t`Customers, events and campaigns of one workspace are never seen by another.`}
      actions={
        mayWrite && (
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            <Trans>Another workspace</Trans>
          </Button>
        )
      }
    >
      <QueryView query={workspace}>{(data) => <WorkspaceForm workspace={data} mayWrite={mayWrite} />}</QueryView>
      <IpAddresses mayWrite={mayWrite} />
      <NewWorkspace opened={creating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function WorkspaceForm({ workspace, mayWrite }: { workspace: Workspace; mayWrite: boolean }) {
  const { t } = useLingui();
  const { name, time_zone, currency, attribution } = workspace;
  const form = useForm({ initialValues: { name, time_zone, currency, ...attribution } });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const { window_days, touch, ...rest } = values;
      return api.patch<Workspace>("/api/v1/workspace", { ...rest, attribution: { window_days, touch } });
    },
    onSuccess: async (next) => {
      queryClient.setQueryData(workspaceQuery.queryKey, next);
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      toastDone(t`Saved`);
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap="md">
        <Panel title={t`General`}>
          <Stack maw={560}>
            <TextInput label={t`Name`} required disabled={!mayWrite} {...form.getInputProps("name")} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <ZoneAndCurrency form={form} disabled={!mayWrite} explained />
            </SimpleGrid>
          </Stack>
        </Panel>
        <Panel title={t`Which orders count as brought by a campaign`}>
          <Stack maw={560}>
            <NumberInput
              label={t`Days after the message`}
              description={t`An order later than this is not credited to the campaign.`}
              min={1}
              max={LONGEST_WINDOW_DAYS}
              allowDecimal={false}
              disabled={!mayWrite}
              {...form.getInputProps("window_days")}
            />
            <Radio.Group label={t`What counts as a touch`} {...form.getInputProps("touch")}>
              <Stack gap="xs" mt="xs">
                <Radio value="click" label={t`A click by a person`} disabled={!mayWrite} />
                <Radio value="open_or_click" label={t`A click or an open by a person`} disabled={!mayWrite} />
              </Stack>
            </Radio.Group>
          </Stack>
        </Panel>
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!mayWrite}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function NewWorkspace({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const go = useGo();
  const form = useForm({ initialValues: { name: "", time_zone: ownTimeZone(), currency: "EUR" } });
  const create = useMutation({
    mutationFn: (values: typeof form.values) => api.post<Workspace>("/api/v1/workspaces", values),
    onSuccess: async (workspace) => {
      chooseWorkspace(workspace.id);
      await queryClient.resetQueries();
      onClose();
      go(paths.home());
    },
  });
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={t`Another workspace`}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
      submit={t`Create`}
      loading={create.isPending}
    >
      <TextInput label={t`Name`} required data-autofocus {...form.getInputProps("name")} />
      <ZoneAndCurrency form={form} />
    </FormDialog>
  );
}
