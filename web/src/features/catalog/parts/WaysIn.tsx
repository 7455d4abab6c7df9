/** Three ways in which products become known. */
import { Trans, useLingui } from "@lingui/react/macro";
import { List, Text } from "@mantine/core";
import { CodeBlock } from "@/ui/copy";

const call = (origin: string) => `curl --data-binary @products.xml \\
  -H "Authorization: Bearer $API_KEY" \\
  '${origin}/api/v1/products/feed'`;

export function WaysIn() {
  const { t } = useLingui();
  return (
    <List ta="start" maw="64ch" spacing="sm" size="sm" type="ordered">
      <List.Item>
        <Text size="sm">
          <Trans>
            You upload a product feed: the file that shops make for Google Merchant, as XML or as a table, or JSON
            Lines.
          </Trans>
        </Text>
      </List.Item>
      <List.Item>
        <Text size="sm">
          <Trans>You connect the address of that feed, and it is fetched again and again by itself.</Trans>
        </Text>
      </List.Item>
      <List.Item>
        <Trans>A program of yours sends it:</Trans>
        <CodeBlock code={call(window.location.origin)} label={t`Copy the command`} />
      </List.Item>
    </List>
  );
}
