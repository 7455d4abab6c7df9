import { Trans, useLingui } from "@lingui/react/macro";
import { Code, Stack, Tabs, Text } from "@mantine/core";
import { useState } from "react";
import type { Source } from "@/api/types";
import { CodeBlock } from "@/ui/copy";
import { Panel } from "@/ui/Panel";
import { type SnippetId, snippets } from "../snippets";

const FIRST: Partial<Record<Source["kind"], SnippetId>> = { website: "browser", server: "node" };

export function Snippets({ source }: { source: Source }) {
  const { t } = useLingui();
  const all = snippets(window.location.origin, source.write_key);
  const [chosen, choose] = useState<string | null>(FIRST[source.kind] ?? "curl");
  return (
    <Panel
      title={source.events > 0 ? t`Send events` : t`Send your first event`}
      note={t`Copy, paste, done: your address and key are filled in.`}
    >
      <Tabs value={chosen} onChange={choose} keepMounted={false}>
        <Tabs.List mb="sm">
          {all.map((snippet) => (
            <Tabs.Tab key={snippet.id} value={snippet.id}>
              {snippet.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map((snippet) => (
          <Tabs.Panel key={snippet.id} value={snippet.id}>
            <Stack gap="xs">
              {snippet.install && (
                <Text size="sm">
                  <Trans>
                    First <Code>{snippet.install}</Code>, then:
                  </Trans>
                </Text>
              )}
              <CodeBlock code={snippet.code} label={t`Copy the code for ${snippet.label}`} />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}
