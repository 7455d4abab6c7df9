/** How a database is reached. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect, NumberInput, PasswordInput, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import type { DatabaseDefinition, Engine } from "../connect/types";
import type { ConnectionForm } from "../connect/useConnectionForm";
import { isServer, withEngine } from "./model";

const PORT_MAX = 65_535;

export function Access({ form }: { form: ConnectionForm<DatabaseDefinition> }) {
  const { t } = useLingui();
  const { definition: now, change, problem } = form;
  const server = isServer(now.engine);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <NativeSelect
          label={t`Kind of database`}
          data={[
            { value: "postgres", label: "PostgreSQL" },
            { value: "mysql", label: "MySQL / MariaDB" },
            { value: "sqlite", label: "SQLite" },
          ]}
          value={now.engine}
          error={problem("engine")}
          onChange={(event) => change(withEngine(now, event.currentTarget.value as Engine))}
        />
        <TextInput
          label={server ? t`Name of the database` : t`Path of the file on the server`}
          placeholder={server ? "shop" : "/srv/data/shop.db"}
          required
          maxLength={500}
          value={now.database}
          error={problem("database")}
          onChange={(event) => change({ database: event.currentTarget.value })}
        />
        {server && (
          <>
            <TextInput
              label={t`Host`}
              placeholder="db.example.com"
              required
              maxLength={253}
              value={now.host ?? ""}
              error={problem("host")}
              onChange={(event) => change({ host: event.currentTarget.value })}
            />
            <NumberInput
              label={t`Port`}
              min={1}
              max={PORT_MAX}
              allowDecimal={false}
              hideControls
              value={now.port ?? ""}
              error={problem("port")}
              onChange={(port) => change({ port: typeof port === "number" ? port : null })}
            />
            <TextInput
              label={t`User name`}
              autoComplete="off"
              maxLength={200}
              value={now.user ?? ""}
              error={problem("user")}
              onChange={(event) => change({ user: event.currentTarget.value })}
            />
            <PasswordInput
              label={t`Password`}
              autoComplete="new-password"
              placeholder={now.password_set ? t`Kept; type to replace it` : undefined}
              maxLength={500}
              value={now.password ?? ""}
              error={problem("password")}
              visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
              onChange={(event) => change({ password: event.currentTarget.value })}
            />
          </>
        )}
      </SimpleGrid>
      {server && (
        <Switch
          label={t`Only encrypted (TLS), with a valid certificate`}
          description={t`Switched off, it is encrypted only where the database offers it.`}
          checked={now.tls}
          onChange={(event) => change({ tls: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}
