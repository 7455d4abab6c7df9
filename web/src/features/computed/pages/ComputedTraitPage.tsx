import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient, traitsQuery } from "@/api/query";
import { useGo, useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone, toastError } from "@/ui/toast";
import { draftOf } from "../model";
import { DeleteTrait } from "../parts/DeleteTrait";
import { Editor } from "../parts/Editor";
import { StatusView } from "../parts/StatusView";
import { UsedBy } from "../parts/UsedBy";
import { aggregatesQuery, change, computedTraitQuery, refresh } from "../queries";
import type { Aggregate, Body, ComputedTrait } from "../types";
import { mistakesOf } from "../words";

export default function ComputedTraitPage() {
  const { t, i18n } = useLingui();
  const trait = useQuery(computedTraitQuery(useParam("id"), i18n.locale));
  const aggregates = useQuery(aggregatesQuery);
  if (trait.data && aggregates.data) {
    return <EditTrait key={trait.data.id} trait={trait.data} aggregates={aggregates.data.items} />;
  }
  return (
    <Page title={t`Computed trait`} back={{ to: paths.computedTraits(), label: t`Computed traits` }}>
      <QueryView query={trait}>{() => <QueryView query={aggregates}>{() => null}</QueryView>}</QueryView>
    </Page>
  );
}

function EditTrait({ trait, aggregates }: { trait: ComputedTrait; aggregates: Aggregate[] }) {
  const { t, i18n } = useLingui();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const traits = useQuery(traitsQuery);
  const mayWrite = useCan("segment.write");
  const removing = trait.status === "removing";
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Body) => change(trait.id, body, i18n.locale),
    onSuccess: async (next) => {
      queryClient.setQueryData(computedTraitQuery(trait.id, i18n.locale).queryKey, next);
      toastDone(t`“${next.name}” is saved`);
      await refresh();
    },
    onError: (error) => mistakesOf(error).length === 0 && toastError(error),
  });
  return (
    <>
      <Editor
        title={trait.name}
        back={{ to: paths.computedTraits(), label: t`Computed traits` }}
        initial={{ name: trait.name, description: trait.description ?? "", draft: draftOf(trait.definition) }}
        aggregates={aggregates}
        taken={(traits.data?.items ?? []).map((item) => item.name).filter((name) => name !== trait.name)}
        nameFixed={trait.used_by.length > 0}
        saving={save.isPending}
        refusal={save.error}
        onSave={(body) =>
          save.mutateAsync(body).then(
            () => true,
            () => false,
          )
        }
        actions={
          <Button
            variant="default"
            disabled={!mayWrite || removing}
            title={mayWrite ? undefined : t`Your role may not change this.`}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            <Trans>Delete…</Trans>
          </Button>
        }
        below={<State trait={trait} />}
      />
      <DeleteTrait
        trait={trait}
        opened={asking}
        onClose={() => setAsking(false)}
        onDeleted={() => go(paths.computedTraits())}
      />
    </>
  );
}

function State({ trait }: { trait: ComputedTrait }) {
  const { t } = useLingui();
  return (
    <Panel title={t`State and use`}>
      <Stack gap="sm">
        <StatusView trait={trait} />
        {trait.status === "filling" && (
          <Text size="sm" c="dimmed">
            <Trans>It is being worked out for everybody. Values of before stay until it is done.</Trans>
          </Text>
        )}
        <Text size="sm">
          <Plural value={trait.people} one="# customer has a value." other="# customers have a value." />{" "}
          <Trans>
            Changed <Time at={trait.updated_at} />
          </Trans>
        </Text>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            <Trans>Used by</Trans>
          </Text>
          <UsedBy uses={trait.used_by} />
        </Group>
      </Stack>
    </Panel>
  );
}
