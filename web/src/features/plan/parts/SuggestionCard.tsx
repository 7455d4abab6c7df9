/** One kind of event that arrives: how often, with which properties, and a button that plans it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Checkbox, Collapse, Group, Paper, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Time } from "@/ui/Time";
import type { Suggestion } from "../types";
import { useEventName, useTypeWords } from "../words";
import classes from "./plan.module.css";

type Props = {
  suggestion: Suggestion;
  ticked: boolean;
  onTick: (on: boolean) => void;
  onPlan: () => void;
  busy: boolean;
  mayWrite: boolean;
};

export function SuggestionCard({ suggestion, ticked, onTick, onPlan, busy, mayWrite }: Props) {
  const { t } = useLingui();
  const [open, details] = useDisclosure(false);
  const name = useEventName()(suggestion);
  const { properties } = suggestion;
  return (
    <Paper withBorder radius="md" p="md" component="article" aria-label={name}>
      <Group gap="sm" align="flex-start">
        {mayWrite && (
          <Checkbox
            mt={2}
            checked={ticked}
            aria-label={t`Select ${name}`}
            onChange={(event) => onTick(event.currentTarget.checked)}
          />
        )}
        <Box className={classes.name}>
          <Text fw={600} className={classes.words}>
            {name}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            <Plural value={suggestion.count} one="# event" other="# events" />
            {" · "}
            <Plural value={properties.length} _0="no properties" one="# property" other="# properties" />
            {" · "}
            <Time at={suggestion.last_at} />
          </Text>
          {!open && properties.length > 0 && (
            <Text size="sm" className={classes.words} lineClamp={1}>
              {properties.map((one) => one.property.name).join(", ")}
            </Text>
          )}
        </Box>
        <Group gap="xs">
          {properties.length > 0 && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              aria-expanded={open}
              aria-label={t`Properties of ${name}`}
              rightSection={open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />}
              onClick={details.toggle}
            >
              <Trans>Properties</Trans>
            </Button>
          )}
          {mayWrite && (
            <Button size="xs" variant="light" disabled={busy} aria-label={t`Plan it: ${name}`} onClick={onPlan}>
              <Trans>Plan it</Trans>
            </Button>
          )}
        </Group>
      </Group>
      <Collapse expanded={open} keepMounted={false}>
        <Box mt="sm">
          <PropertyTable suggestion={suggestion} label={t`Properties of ${name}`} />
        </Box>
      </Collapse>
    </Paper>
  );
}

function PropertyTable({ suggestion, label }: { suggestion: Suggestion; label: string }) {
  const { t } = useLingui();
  const types = useTypeWords();
  return (
    <DataTable
      label={label}
      rows={suggestion.properties}
      rowKey={(one) => one.property.name}
      columns={[
        { key: "name", header: t`Property`, cell: (one) => <span className={classes.words}>{one.property.name}</span> },
        { key: "type", header: t`Type`, cell: (one) => types[one.property.type] },
        { key: "share", header: t`How often there`, numeric: true, cell: (one) => format.percent(one.share, 0) },
        { key: "required", header: t`Required`, from: "sm", cell: (one) => (one.property.required ? t`yes` : t`no`) },
        {
          key: "personal",
          header: t`Personal data`,
          from: "sm",
          cell: (one) => (one.property.personal ? t`yes` : t`no`),
        },
      ]}
    />
  );
}
