/** What holds for every route. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Code, List, Stack, Text, Title } from "@mantine/core";
import { usePageTitle } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { CodeBlock } from "@/ui/copy";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { KEY_VARIABLE, type OpenApi } from "../model";

export function Introduction({ document }: { document: OpenApi }) {
  const { t } = useLingui();
  usePageTitle(t`API reference`);
  const first = `export ${KEY_VARIABLE.slice(1)}=tk_live_…\ncurl ${window.location.origin}/api/v1/segments \\\n  --header "authorization: Bearer ${KEY_VARIABLE}"`;
  return (
    <Stack gap="md">
      <header>
        <Title order={1} size="h2">
          <Trans>API reference</Trans>
        </Title>
        <Text c="dimmed" mt={4} lang="en">
          {document.info.description} {document.info.version}
        </Text>
      </header>
      <Panel title={t`The first request`}>
        <Stack gap="sm">
          <Text size="sm">
            <Trans>
              Make a key under{" "}
              <AppLink underline="always" to={paths.keys()}>
                API keys
              </AppLink>
              ; it has exactly the rights you give it. Collecting events has write keys of its own, one for each source.
            </Trans>
          </Text>
          <CodeBlock label={t`As a command`} code={first} />
        </Stack>
      </Panel>
      <Panel title={t`What holds for every route`}>
        <List spacing="xs" size="sm">
          <List.Item>
            <Trans>
              Bodies are JSON. Times are RFC 3339 in UTC, money is a whole number of the currency's smallest unit.
            </Trans>
          </List.Item>
          <List.Item>
            <Trans>
              Lists answer <Code>items</Code> and <Code>next_cursor</Code>; ask again with <Code>?cursor=</Code> for the
              next page.
            </Trans>
          </List.Item>
          <List.Item>
            <Trans>
              Refusals are <Code>application/problem+json</Code> (RFC 9457): <Code>code</Code> for programs,{" "}
              <Code>detail</Code> for people, <Code>errors</Code> with a pointer to each wrong field.
            </Trans>
          </List.Item>
          <List.Item>
            <Trans>
              A write with <Code>Idempotency-Key</Code> is done once, however often it is sent.
            </Trans>
          </List.Item>
          <List.Item>
            <Trans>
              The description itself, for generators of clients: <a href="/api/openapi.json">/api/openapi.json</a>{" "}
              (OpenAPI 3.1).
            </Trans>
          </List.Item>
        </List>
      </Panel>
    </Stack>
  );
}
