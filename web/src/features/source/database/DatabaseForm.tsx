/** A database: how to reach it, what to ask it, what the answer means, how often. */
import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { FormFoot, TestButton } from "../connect/FormFoot";
import { RowsMeaning } from "../connect/RowsMeaning";
import { ScheduleField } from "../connect/ScheduleField";
import { TestResult } from "../connect/TestResult";
import type { Connection, DatabaseDefinition } from "../connect/types";
import { useConnectionForm } from "../connect/useConnectionForm";
import { Access } from "./Access";
import { isServer, newDatabase, toSend } from "./model";
import { QueryFields } from "./QueryFields";

type Props = {
  name: string;
  connection: Connection | null;
  definition?: DatabaseDefinition;
  onSaved: (connection: Connection) => void;
};

export function DatabaseForm({ name, connection, definition, onSaved }: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("source.write");
  const form = useConnectionForm({ first: definition ?? newDatabase(), connection, name, toSend, onSaved });
  const now = form.definition;
  const reachable = now.database.trim() !== "" && (!isServer(now.engine) || Boolean(now.host?.trim()));
  const ready = reachable && now.query.trim() !== "" && name.trim() !== "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        form.save.mutate();
      }}
    >
      <Stack gap="md">
        <Panel
          title={t`The database`}
          note={t`Use an account that may only read. The password is kept encrypted and never shown again.`}
        >
          <Access form={form} />
        </Panel>
        <Panel title={t`Query`} note={t`One SELECT that answers with the rows to fetch.`}>
          <Stack gap="sm">
            <QueryFields form={form} />
            <div>
              <TestButton
                onClick={form.tryOut}
                loading={form.tried.isPending}
                disabled={!reachable || now.query.trim() === "" || !mayWrite}
              />
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
        <FormFoot form={form} isNew={connection === null} ready={ready} mayWrite={mayWrite} />
      </Stack>
    </form>
  );
}
