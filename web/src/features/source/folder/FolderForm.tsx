/** A watched folder: where, which files, what is in them, how often. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Autocomplete, Code, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCan } from "@/lib/session";
import { CodeBlock } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { FormFoot, TestButton } from "../connect/FormFoot";
import { rootsQuery } from "../connect/queries";
import { RowsMeaning } from "../connect/RowsMeaning";
import { ScheduleField } from "../connect/ScheduleField";
import { TestResult } from "../connect/TestResult";
import type { Connection, FolderDefinition } from "../connect/types";
import { type ConnectionForm, useConnectionForm } from "../connect/useConnectionForm";
import { isAllowed, newFolder, toSend } from "./model";

type Props = {
  name: string;
  connection: Connection | null;
  definition?: FolderDefinition;
  onSaved: (connection: Connection) => void;
};

export function FolderForm(props: Props) {
  const roots = useQuery(rootsQuery);
  return (
    <QueryView query={roots}>
      {({ items }) => (items.length === 0 && !props.connection ? <NoRoots /> : <Fields {...props} roots={items} />)}
    </QueryView>
  );
}

const CONFIGURATION = `[connect]
folders = ["/srv/in"]`;

function NoRoots() {
  const { t } = useLingui();
  return (
    <Alert icon={<IconLock />} color="blue" title={t`No folder may be watched yet`}>
      <Stack gap="xs">
        <Text size="sm">
          <Trans>
            For safety, whoever runs the server says which folders may be watched. Ask them to put this in the
            configuration file and to start Tutti anew:
          </Trans>
        </Text>
        <CodeBlock code={CONFIGURATION} label={t`Copy the configuration`} />
      </Stack>
    </Alert>
  );
}

function Fields({ name, connection, definition, onSaved, roots }: Props & { roots: string[] }) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const form = useConnectionForm({
    first: definition ?? { ...newFolder(), folder: roots[0] ?? "" },
    connection,
    name,
    toSend,
    onSaved,
  });
  const now = form.definition;
  const filled = now.folder.trim() !== "" && now.pattern.trim() !== "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        form.save.mutate();
      }}
    >
      <Stack gap="md">
        <Panel title={t`The folder`} note={t`Every new file that fits is imported once.`}>
          <Stack gap="sm">
            <Where form={form} roots={roots} />
            <div>
              <TestButton onClick={form.tryOut} loading={form.tried.isPending} disabled={!filled || !mayWrite} />
            </div>
            {form.tried.data && <TestResult tested={form.tried.data} />}
          </Stack>
        </Panel>
        <RowsMeaning
          kind={now.import_kind}
          onKind={form.setKind}
          mapping={now.mapping}
          onMapping={form.setMapping}
          tested={form.tried.data}
        />
        <Panel title={t`When`}>
          <ScheduleField value={now.schedule} onChange={(schedule) => form.change({ schedule })} />
        </Panel>
        <FormFoot form={form} isNew={connection === null} ready={filled && name.trim() !== ""} mayWrite={mayWrite} />
      </Stack>
    </form>
  );
}

function Where({ form, roots }: { form: ConnectionForm<FolderDefinition>; roots: string[] }) {
  const { t } = useLingui();
  const { definition: now, change, problem } = form;
  const outside = now.folder.trim() !== "" && !isAllowed(now.folder, roots);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Autocomplete
        label={t`Folder`}
        description={
          <Trans>
            One of these, or a folder inside: <Code>{roots.join(", ")}</Code>
          </Trans>
        }
        required
        data={roots}
        value={now.folder}
        error={problem("folder") ?? (outside ? t`This folder may not be watched` : undefined)}
        onChange={(folder) => change({ folder })}
      />
      <TextInput
        label={t`Names of the files`}
        description={t`* stands for anything, ? for one character.`}
        placeholder="orders-*.csv"
        required
        maxLength={200}
        value={now.pattern}
        error={problem("pattern")}
        onChange={(event) => change({ pattern: event.currentTarget.value })}
      />
      <NativeSelect
        label={t`What happens to a file after that`}
        data={[
          { value: "keep", label: t`It stays where it is` },
          { value: "move", label: t`It is moved to “done” or “failed” beside it` },
        ]}
        value={now.after}
        onChange={(event) => change({ after: event.currentTarget.value === "move" ? "move" : "keep" })}
      />
    </SimpleGrid>
  );
}
