/** What a merge would do, before it is done. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Code, Group, List, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import { keyOf, warningsOf, whyKept } from "./model";
import type { MergePreview, Side, TraitChoice } from "./types";
import { useIdentifierNames, useOrigin, useWarningWords, useWhyKeptWords } from "./words";

export function MergePreviewView({ preview }: { preview: MergePreview }) {
  const { t } = useLingui();
  const warning = useWarningWords();
  const kind = useIdentifierNames();
  const warnings = warningsOf(preview.warnings);
  const survivor = format.person(preview.survivor.label);
  const merged = format.person(preview.merged.label);
  return (
    <Stack gap="md">
      {warnings.length > 0 && (
        <Alert icon={<IconAlertTriangle />} color="orange" title={t`Look twice`}>
          <List size="sm">
            {warnings.map((one) => (
              <List.Item key={JSON.stringify(one)}>{warning(one)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size="sm" role="status">
        <Plural
          value={preview.events}
          one="Together they have # event: it becomes one timeline."
          other="Together they have # events: they become one timeline."
        />
      </Text>
      <Stack gap="xs">
        <Title order={3} size="h6">
          <Trans>Identifiers of both</Trans>
        </Title>
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>
          {preview.identifiers.map((one) => (
            <li key={keyOf(one)}>
              <Text size="sm" component="span" style={{ overflowWrap: "anywhere" }}>
                {kind(one.kind)} <Code>{one.value}</Code>{" "}
                <Text span c="dimmed">
                  {one.of === "survivor" ? survivor : merged}
                </Text>
              </Text>
            </li>
          ))}
        </ul>
      </Stack>
      {preview.traits.length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="h6">
            <Trans>Attributes</Trans>
          </Title>
          <DataTable
            label={t`Attributes`}
            rows={preview.traits}
            rowKey={(trait) => trait.name}
            columns={[
              {
                key: "name",
                header: t`Name`,
                cell: (trait) => (
                  <>
                    <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
                      {trait.name}
                    </Text>
                    {isTogether(trait) && <Together value={trait.together} />}
                  </>
                ),
              },
              { key: "survivor", header: survivor, cell: (trait) => <Choice trait={trait} side="survivor" /> },
              { key: "merged", header: merged, cell: (trait) => <Choice trait={trait} side="merged" /> },
            ]}
          />
        </Stack>
      )}
    </Stack>
  );
}

const isTogether = ({ together }: TraitChoice) => together !== null && together !== undefined;

/** The rules make one value of both. */
function Together({ value }: { value: unknown }) {
  const text = format.value(value);
  return (
    <Text size="xs" style={{ overflowWrap: "anywhere" }}>
      <Trans>together: {text}</Trans>
    </Text>
  );
}

/** One side's value of an attribute; which one stays is said in words. */
function Choice({ trait, side }: { trait: TraitChoice; side: Side }) {
  const words = useWhyKeptWords();
  const origin = useOrigin();
  const of = trait[side];
  if (!of) return <span>{format.NOTHING}</span>;
  const kept = trait.kept_from === side && !isTogether(trait);
  return (
    <Stack gap={2} align="flex-start">
      <Text size="sm" fw={kept ? 600 : undefined} style={{ overflowWrap: "anywhere" }}>
        {format.value(of.value)}
      </Text>
      {kept && (
        <Badge
          variant="light"
          color="teal"
          leftSection={<IconCheck size={12} aria-hidden />}
          h="auto"
          styles={{ label: { whiteSpace: "normal" } }}
        >
          {words[whyKept(trait)]}
        </Badge>
      )}
      <Group gap={4}>
        <Text size="xs" c="dimmed" component="div">
          <Time at={of.at} style="date" />
          {of.source && ` · ${origin(of)}`}
        </Text>
      </Group>
    </Stack>
  );
}
