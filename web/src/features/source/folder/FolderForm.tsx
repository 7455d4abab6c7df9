/** A watched folder, here or in an object store: where, which files, what is in them, how often. */
import { Trans, useLingui } from "@lingui/react/macro";
import {
  Alert,
  Autocomplete,
  Code,
  Group,
  NativeSelect,
  Radio,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
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
import { isAllowed, isFilled, newFolder, type Place, placeOf, toSend, withPlace } from "./model";
import { StoreFields } from "./StoreFields";

type Props = {
  name: string;
  connection: Connection | null;
  definition?: FolderDefinition;
  onSaved: (connection: Connection) => void;
};

export function FolderForm(props: Props) {
  const roots = useQuery(rootsQuery);
  return <QueryView query={roots}>{({ items }) => <Fields {...props} roots={items} />}</QueryView>;
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
  const filled = isFilled(now);
  const place = placeOf(now);
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
            <Radio.Group
              label={t`Where the files lie`}
              value={place}
              onChange={(next) => form.replace(withPlace(now, next as Place, roots[0] ?? ""))}
            >
              <Group mt="xs" gap="lg">
                <Radio value="folder" label={t`Folder on this server`} />
                <Radio value="object_store" label={t`Object storage (S3)`} />
              </Group>
            </Radio.Group>
            {now.object_store && <StoreFields form={form} store={now.object_store} />}
            {place === "folder" && roots.length === 0 && <NoRoots />}
            {(place === "object_store" || roots.length > 0) && <Where form={form} roots={roots} />}
            <div>
              <TestButton onClick={form.tryOut} loading={form.tried.isPending} disabled={!filled || !mayWrite} />
            </div>
            {form.tried.data && <TestResult tested={form.tried.data} kind="folder" />}
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
  const inStore = placeOf(now) === "object_store";
  const path = now.folder;
  const outside = path.trim() !== "" && !isAllowed(path, roots);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {!inStore && (
        <Autocomplete
          label={t`Folder`}
          description={
            <Trans>
              One of these, or a folder inside: <Code>{roots.join(", ")}</Code>
            </Trans>
          }
          required
          data={roots}
          value={path}
          error={problem("folder") ?? (outside ? t`This folder may not be watched` : undefined)}
          onChange={(folder) => change({ folder })}
        />
      )}
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
      {!inStore && (
        <NativeSelect
          label={t`What happens to a file after that`}
          data={[
            { value: "keep", label: t`It stays where it is` },
            { value: "move", label: t`It is moved to “done” or “failed” beside it` },
          ]}
          value={now.after}
          onChange={(event) => change({ after: event.currentTarget.value === "move" ? "move" : "keep" })}
        />
      )}
    </SimpleGrid>
  );
}
