/** Three ways in which companies become known. */
import { Trans, useLingui } from "@lingui/react/macro";
import { List, Text } from "@mantine/core";
import { CodeBlock } from "@/ui/copy";

const CALL = `tutti.push(["group", "acme-42", { name: "Acme", domain: "acme.example", industry: "Tools" }]);`;

export function WaysIn() {
  const { t } = useLingui();
  return (
    <List ta="start" maw="64ch" spacing="sm" size="sm" type="ordered">
      <List.Item>
        <Trans>Your website or app says for whom somebody works, with one line:</Trans>
        <CodeBlock code={CALL} label={t`Copy the code`} />
      </List.Item>
      <List.Item>
        <Text size="sm">
          <Trans>You import a file with a row for each company, or for each person who works there.</Trans>
        </Text>
      </List.Item>
      <List.Item>
        <Text size="sm">
          <Trans>You add a company by hand and say who belongs to it.</Trans>
        </Text>
      </List.Item>
    </List>
  );
}
