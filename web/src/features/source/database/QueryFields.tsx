/** What a database is asked, and from where the next run goes on. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Autocomplete, Button, List, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { DatabaseDefinition } from "../connect/types";
import type { ConnectionForm } from "../connect/useConnectionForm";
import { EXAMPLE, type QueryHint, queryHints } from "./model";

export function QueryFields({ form }: { form: ConnectionForm<DatabaseDefinition> }) {
  const { t } = useLingui();
  const { definition: now, change, problem, tried } = form;
  const hints = queryHints(now.query, now.cursor_column);
  const words: Record<QueryHint, string> = {
    not_a_select: t`Only a SELECT is carried out.`,
    since_without_column: t`The query says “:since”: choose the column that it stands for below.`,
    column_without_since: t`Write “:since” in the WHERE part, so that a run fetches only what is new.`,
    not_sorted: t`End the query with ORDER BY and the column to go on from.`,
  };
  return (
    <Stack gap="sm">
      <Textarea
        label={t`Query`}
        description={t`“:since” stands for the last value that was read. The first run reads everything.`}
        placeholder={EXAMPLE}
        required
        autosize
        minRows={5}
        maxRows={20}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={now.query}
        error={problem("query")}
        onChange={(event) => change({ query: event.currentTarget.value })}
      />
      {now.query === "" && (
        <div>
          <Button size="xs" variant="default" onClick={() => change({ query: EXAMPLE, cursor_column: "updated_at" })}>
            <Trans>Begin with an example</Trans>
          </Button>
        </div>
      )}
      {hints.length > 0 && (
        <Alert color="orange" icon={<IconInfoCircle />} role="status">
          <List size="sm">
            {hints.map((hint) => (
              <List.Item key={hint}>{words[hint]}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Autocomplete
          label={t`Column to go on from`}
          description={t`A number that grows, or the time of the last change. Empty: every run reads all rows, and each counts once.`}
          data={tried.data?.columns.map((column) => column.name) ?? []}
          value={now.cursor_column ?? ""}
          error={problem("cursor_column")}
          onChange={(cursor_column) => change({ cursor_column })}
        />
        <TextInput
          label={t`Where the first run begins`}
          description={t`Empty: at the very beginning.`}
          placeholder="2026-01-01"
          disabled={!now.cursor_column}
          maxLength={100}
          value={now.start ?? ""}
          error={problem("start")}
          onChange={(event) => change({ start: event.currentTarget.value })}
        />
      </SimpleGrid>
    </Stack>
  );
}
