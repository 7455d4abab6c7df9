/** What the definition gives for the customers seen last, while it is being made. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, List, Loader, Stack, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import type { Preview } from "../types";
import { mistakesOf, useMistakeWords, valueText } from "../words";

type Props = {
  preview: Preview | undefined;
  error: unknown;
  working: boolean;
  /** Why there is nothing to try yet. */
  missing: string | null;
};

export function PreviewPanel({ preview, error, working, missing }: Props) {
  const { t } = useLingui();
  return (
    <Panel
      title={t`Preview`}
      actions={working && !missing && <Loader size="xs" role="status" aria-label={t`Working it out`} />}
    >
      <Box role="status" aria-live="polite">
        {missing && (
          <Text size="sm" c="dimmed">
            {missing}
          </Text>
        )}
        {!missing && error ? <Wrong error={error} /> : null}
      </Box>
      {!missing && !error && (preview ? <Body preview={preview} faded={working} /> : <Loading rows={4} />)}
    </Panel>
  );
}

/** What is wrong in the definition in plain words; anything else as it came. */
function Wrong({ error }: { error: unknown }) {
  const words = useMistakeWords();
  const mistakes = mistakesOf(error);
  if (mistakes.length === 0) return <ErrorPanel error={error} />;
  return (
    <List size="sm">
      {mistakes.map((one) => (
        <List.Item key={one.pointer + one.code}>{words(one.code, one.detail)}</List.Item>
      ))}
    </List>
  );
}

function Body({ preview, faded }: { preview: Preview; faded: boolean }) {
  const { t } = useLingui();
  const { people, sentence, value_type, with_value, looked_at, did_event } = preview;
  const have = format.number(with_value);
  return (
    <Stack gap="sm" style={{ opacity: faded ? 0.6 : 1 }}>
      <Text size="sm" fw={500}>
        {sentence}
      </Text>
      {looked_at === 0 ? (
        <Text size="sm" c="dimmed">
          <Trans>There are no customers yet to try it with.</Trans>
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed">
            <Plural
              value={looked_at}
              one={`${have} of # customer looked at would have a value.`}
              other={`${have} of the # customers looked at would have a value.`}
            />{" "}
            {typeof did_event === "number" && (
              <Plural
                value={did_event}
                _0="Nobody did this yet: these are the ones seen last."
                one="# customer did this, and comes first."
                other="# customers did this; some of them come first."
              />
            )}
          </Text>
          {people.length > 0 && (
            <Box mx="calc(-1 * var(--mantine-spacing-md))">
              <DataTable
                label={t`Preview`}
                rows={people}
                rowKey={(person) => person.profile}
                columns={[
                  {
                    key: "person",
                    header: t`Customer`,
                    cell: (person) => (
                      <AppLink to={paths.person(person.profile)} size="sm" style={{ overflowWrap: "anywhere" }}>
                        {format.person(person.label)}
                      </AppLink>
                    ),
                  },
                  {
                    key: "value",
                    header: t`Value`,
                    numeric: value_type === "number",
                    cell: (person) => (
                      <span style={{ overflowWrap: "anywhere" }}>{valueText(person.value, value_type)}</span>
                    ),
                  },
                ]}
              />
            </Box>
          )}
        </>
      )}
    </Stack>
  );
}
