/** One route: what it does, who may call it, what goes in, what comes out, and trying it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Code, Group, Stack, Text, Title } from "@mantine/core";
import { usePageTitle } from "@/lib/nav";
import { CodeBlock } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import {
  bodyOf,
  exampleOf,
  type Field,
  fieldsOf,
  needsKey,
  type OpenApi,
  type Operation,
  rightsOf,
  typeText,
} from "../model";
import classes from "./docs.module.css";
import { FieldTable } from "./FieldTable";
import { TryIt } from "./TryIt";
import { Method } from "./words";

type Props = { operation: Operation; document: OpenApi };

export function RouteView({ operation, document }: Props) {
  const { t } = useLingui();
  const title = operation.summary ?? operation.id;
  usePageTitle(title);
  const parameters = (operation.parameters ?? []).map(
    (one): Field => ({
      path: one.name,
      depth: 0,
      type: `${typeText(one.schema)}, ${one.in}`,
      required: one.required ?? false,
      about: one.description ?? "",
      values: (one.schema?.enum ?? []).map(String),
    }),
  );
  const rights = rightsOf(operation).join(", ");
  const body = bodyOf(operation, document);
  const bodyFields = fieldsOf(body?.schema, document);
  return (
    <Stack gap="md">
      <header>
        <Group gap="sm">
          <Method method={operation.method} />
          <Code fz="sm" className={classes.code}>
            {operation.path}
          </Code>
        </Group>
        <Title order={1} size="h3" mt={6} lang="en">
          {title}
        </Title>
        {operation.description && (
          <Text mt={4} maw="75ch" lang="en" style={{ whiteSpace: "pre-line" }}>
            {operation.description}
          </Text>
        )}
        <Text size="sm" c="dimmed" mt={4}>
          {needsKey(operation) ? (
            <Trans>
              Wants an API key (<Code>authorization: Bearer …</Code>) or the session of somebody signed in.
            </Trans>
          ) : (
            <Trans>Wants no API key. Collection has write keys, links in messages have signed tokens.</Trans>
          )}{" "}
          {rights !== "" && (
            <Trans>
              Needs the right <Code>{rights}</Code>.
            </Trans>
          )}
        </Text>
      </header>
      <TryIt key={operation.id} operation={operation} document={document} />
      {parameters.length > 0 && (
        <Panel title={t`Parameters`} flush>
          <FieldTable label={t`Parameters`} fields={parameters} />
        </Panel>
      )}
      {body && (
        <Panel title={t`Body`} note={<Code>{body.type}</Code>} flush>
          {bodyFields.length > 0 ? (
            <FieldTable label={t`Body`} fields={bodyFields} />
          ) : (
            <Text size="sm" px="md" pb="md">
              {typeText(body.schema)} {operation.requestBody?.description}
            </Text>
          )}
        </Panel>
      )}
      <Answers operation={operation} document={document} />
    </Stack>
  );
}

function Answers({ operation, document }: Props) {
  const { t } = useLingui();
  return (
    <>
      {Object.entries(operation.responses).map(([status, answer]) => {
        const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
        const fields = fieldsOf(content?.schema, document);
        const json = type?.includes("json") && content?.schema;
        if (!type && (status >= "400" || !answer.description)) return null;
        return (
          <Panel
            key={status}
            title={t`Answer ${status}`}
            note={answer.description}
            actions={type && <Badge variant="default">{type}</Badge>}
          >
            <Stack gap="sm">
              {fields.length > 0 && <FieldTable label={t`Answer ${status}`} fields={fields} />}
              {json && (
                <CodeBlock
                  label={t`An example of the answer`}
                  code={JSON.stringify(exampleOf(content.schema, document), null, 2)}
                />
              )}
            </Stack>
          </Panel>
        );
      })}
      <Refusals statuses={Object.keys(operation.responses).filter((status) => status >= "400")} />
    </>
  );
}

function Refusals({ statuses }: { statuses: string[] }) {
  const { t } = useLingui();
  if (statuses.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {t`Refusals: ${statuses.join(", ")}. Each is problem+json that says what was wrong and where.`}
    </Text>
  );
}
