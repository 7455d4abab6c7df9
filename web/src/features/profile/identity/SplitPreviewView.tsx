/** What a split would leave here and what would go, side by side. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Code, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import * as format from "@/lib/format";
import { keyOf } from "./model";
import classes from "./SplitPreviewView.module.css";
import type { SplitPart, SplitPreview } from "./types";
import { useIdentifierNames } from "./words";

export function SplitPreviewView({ preview }: { preview: SplitPreview }) {
  const { t } = useLingui();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Part title={t`Stays`} part={preview.stays} />
      <Part title={t`Leaves as own customer`} part={preview.leaves} />
    </SimpleGrid>
  );
}

function Part({ title, part }: { title: string; part: SplitPart }) {
  const { t } = useLingui();
  const kind = useIdentifierNames();
  return (
    <Paper withBorder p="sm" role="group" aria-label={title} style={{ minWidth: 0 }}>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      <Text size="sm" fw={500} role="status">
        <Plural value={part.events} one="# event" other="# events" />
      </Text>
      <Text size="sm" c="dimmed" mb="xs">
        <Trans>
          first seen {format.date(part.first_seen)}, last seen {format.date(part.last_seen)}
        </Trans>
      </Text>
      <Text size="sm" fw={500}>
        <Trans>Identifiers</Trans>
      </Text>
      <ul className={classes.list} aria-label={t`Identifiers`}>
        {part.identifiers.map((one) => (
          <li key={keyOf(one)}>
            {kind(one.kind)} <Code>{one.value}</Code>
          </li>
        ))}
      </ul>
      <Text size="sm" fw={500}>
        <Trans>Attributes</Trans>
      </Text>
      {part.traits.length === 0 ? (
        <Text size="sm">{t`none`}</Text>
      ) : (
        <ul className={classes.list} aria-label={t`Attributes`}>
          {part.traits.map((trait) => (
            <li key={trait.name}>
              {trait.name}: {format.value(trait.value)}
            </li>
          ))}
        </ul>
      )}
    </Paper>
  );
}
