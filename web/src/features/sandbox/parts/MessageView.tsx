/** One message: as it looks, its text, links and headers, and the source. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Code, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import { IconDownload, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { downloadFile } from "@/api/client";
import type { SandboxMessage } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { MailFrame } from "@/ui/MailFrame";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { sandboxMessageQuery, sandboxPath } from "../queries";
import classes from "./sandbox.module.css";

export function MessageView({ id }: { id: string }) {
  const message = useQuery(sandboxMessageQuery(id));
  return <QueryView query={message}>{(data) => <Opened message={data} />}</QueryView>;
}

/** The address behind List-Unsubscribe that a mail program calls with one click. */
function unsubscribeUrl(message: SandboxMessage): string | null {
  const header = message.headers.find((one) => one.name.toLowerCase() === "list-unsubscribe");
  return header?.value.match(/<(https?:[^>]+)>/)?.[1] ?? null;
}

function Opened({ message }: { message: SandboxMessage }) {
  const { t } = useLingui();
  const unsubscribe = unsubscribeUrl(message);
  return (
    <Panel
      title={message.subject || t`(no subject)`}
      actions={
        <>
          {unsubscribe && (
            <Button
              component="a"
              href={unsubscribe}
              target="_blank"
              rel="noreferrer"
              size="xs"
              variant="default"
              rightSection={<IconExternalLink size={14} aria-hidden />}
            >
              <Trans>Unsubscribe</Trans>
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => void downloadFile(`${sandboxPath(message.id)}/raw`, `${message.id}.eml`)}
          >
            {t`Source (${format.bytes(message.raw_size)})`}
          </Button>
        </>
      }
    >
      <Table withRowBorders={false} verticalSpacing={2} mb="sm">
        <Table.Tbody>
          <Line name={t`From`}>{message.from}</Line>
          <Line name={t`To`}>{message.to}</Line>
          <Line name={t`Received`}>{format.exactTime(message.received_at)}</Line>
        </Table.Tbody>
      </Table>
      {message.campaign_id?.startsWith("cmp_") && (
        <Group mb="sm">
          <AppLink to={paths.campaign(message.campaign_id)} size="sm">
            <Trans>To the campaign</Trans>
          </AppLink>
        </Group>
      )}
      <Tabs defaultValue={message.html ? "html" : "text"} keepMounted={false}>
        <Tabs.List mb="sm">
          {message.html && <Tabs.Tab value="html">{t`Message`}</Tabs.Tab>}
          <Tabs.Tab value="text">{t`Plain text`}</Tabs.Tab>
          <Tabs.Tab value="links">{t`Links`}</Tabs.Tab>
          <Tabs.Tab value="headers">{t`Headers`}</Tabs.Tab>
        </Tabs.List>
        {message.html && (
          <Tabs.Panel value="html">
            <MailFrame html={message.html} title={message.subject || t`(no subject)`} links height="70vh" />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="text">
          <pre className={classes.text}>{message.text ?? t`This message has no text part.`}</pre>
        </Tabs.Panel>
        <Tabs.Panel value="links">
          <Stack gap="xs">
            {message.links.map((link, index) => (
              <div key={index}>
                <Anchor href={link.url} target="_blank" rel="noreferrer">
                  {link.text || link.url}
                </Anchor>
                <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {link.url}
                </Text>
              </div>
            ))}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="headers">
          <DataTable
            label={t`Headers`}
            rows={message.headers.map((header, index) => ({ ...header, index }))}
            rowKey={(header) => String(header.index)}
            columns={[
              { key: "name", header: t`Name`, cell: (header) => header.name },
              {
                key: "value",
                header: t`Value`,
                cell: (header) => <Code style={{ overflowWrap: "anywhere" }}>{header.value}</Code>,
              },
            ]}
          />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

function Line({ name, children }: { name: string; children: string }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" c="dimmed" fw={400} w={90}>
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{children}</Table.Td>
    </Table.Tr>
  );
}
