/** The end of a form of something that is fetched: try it out, save it. */
import { Trans } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { ErrorPanel } from "@/ui/states";
import type { DefinitionForm, FormDefinition } from "./useDefinitionForm";

type Props<D extends FormDefinition> = {
  form: Pick<DefinitionForm<D>, "error" | "dirty" | "save" | "tried">;
  isNew: boolean;
  ready: boolean;
  mayWrite: boolean;
};

export function FormFoot<D extends FormDefinition>({ form, isNew, ready, mayWrite }: Props<D>) {
  return (
    <>
      {form.error ? <ErrorPanel error={form.error} /> : null}
      <Group gap="sm">
        <Button type="submit" disabled={!ready || !mayWrite || (!isNew && !form.dirty)} loading={form.save.isPending}>
          {isNew ? <Trans>Save and start</Trans> : <Trans>Save</Trans>}
        </Button>
        {isNew && !form.tried.data?.ok && (
          <Text size="sm" c="dimmed">
            <Trans>Test it first: then you know that it works.</Trans>
          </Text>
        )}
      </Group>
    </>
  );
}

type TestProps = { onClick: () => void; loading: boolean; disabled: boolean };

export function TestButton(props: TestProps) {
  return (
    <Button variant="default" leftSection={<IconPlugConnected size={16} aria-hidden />} {...props}>
      <Trans>Test the connection</Trans>
    </Button>
  );
}
