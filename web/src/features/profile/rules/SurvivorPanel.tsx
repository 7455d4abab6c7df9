/** Which value of an attribute stays when several are said, line by line; the first line that fits holds. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Autocomplete, Box, Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { traitsQuery } from "@/api/query";
import { Panel } from "@/ui/Panel";
import type { SectionProps } from "./KindsPanel";
import { MoveButtons } from "./MoveButtons";
import { addTrait, placeOf, removeTrait, shifted, traitObstacle, withTrait } from "./model";
import classes from "./rules.module.css";
import { SourceOrder } from "./SourceOrder";
import type { Survivor, TraitRule } from "./types";
import { mistakesOf, SURVIVORS, useRuleMistakes, useSurvivorNames, useTraitObstacleWords } from "./words";

export function SurvivorPanel({ rules, edit, view, mayWrite, refusal }: SectionProps) {
  const { t } = useLingui();
  const traits = useQuery(traitsQuery);
  const names = (traits.data?.items ?? []).map((item) => item.name);
  const obstacles = useTraitObstacleWords();
  const words = useRuleMistakes();
  const wrongAt = (at: number) => {
    const missing = traitObstacle(rules, at);
    if (missing) return obstacles[missing];
    const refused = mistakesOf(refusal).find((one) => {
      const place = placeOf(rules, one.pointer);
      return place !== null && "trait" in place && place.trait === at;
    });
    return refused && words(refused.code, refused.detail);
  };
  const mover = (at: number, by: -1 | 1) => {
    const moved = shifted(rules.traits, at, by);
    return mayWrite && moved !== rules.traits ? () => edit({ ...rules, traits: moved }) : null;
  };
  return (
    <Panel
      title={t`Which value stays`}
      note={t`When sources say different things about one attribute. Without a line the latest value stays; of where somebody came from first, the first.`}
      flush
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={!mayWrite || rules.traits.length >= view.limits.trait_rules_max}
          title={mayWrite ? undefined : t`Your role may not change this.`}
          onClick={() => edit(addTrait(rules))}
        >
          <Trans>Add an attribute</Trans>
        </Button>
      }
    >
      {rules.traits.length === 0 ? (
        <Text size="sm" c="dimmed" px="md" pb="md">
          <Trans>
            For example: loyalty points, the highest; date of birth, of the most trusted source; interests, all as one
            list.
          </Trans>
        </Text>
      ) : (
        <ol className={classes.list} aria-label={t`Which value stays`}>
          {rules.traits.map((line, at) => (
            <TraitLine
              key={at}
              line={line}
              at={at}
              names={names}
              wrong={wrongAt(at)}
              disabled={!mayWrite}
              most={view.limits.sources_max}
              up={mover(at, -1)}
              down={mover(at, 1)}
              onChange={(change) => edit(withTrait(rules, at, change))}
              onRemove={() => edit(removeTrait(rules, at))}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

type LineProps = {
  line: TraitRule;
  at: number;
  names: string[];
  wrong: string | undefined;
  disabled: boolean;
  most: number;
  up: (() => void) | null;
  down: (() => void) | null;
  onChange: (change: Partial<TraitRule>) => void;
  onRemove: () => void;
};

function TraitLine({ line, at, names, wrong, disabled, most, up, down, onChange, onRemove }: LineProps) {
  const { t } = useLingui();
  const survivors = useSurvivorNames();
  const number = at + 1;
  const name = line.trait.trim() || t`line ${number}`;
  return (
    <li className={classes.row} aria-label={name}>
      <MoveButtons name={name} up={up} down={down} place={at} />
      <Stack gap={6} style={{ flex: 1, minWidth: 0 }}>
        <Group gap={8} align="flex-start">
          <Autocomplete
            aria-label={t`Attribute of line ${number}`}
            placeholder={t`attribute, or utm_* for several`}
            size="xs"
            style={{ flex: "1 1 11rem" }}
            data={names}
            limit={50}
            maxLength={200}
            disabled={disabled}
            value={line.trait}
            onChange={(trait) => onChange({ trait })}
          />
          <Select
            aria-label={t`Rule for ${name}`}
            size="xs"
            style={{ flex: "1 1 11rem" }}
            allowDeselect={false}
            disabled={disabled}
            data={SURVIVORS.map((code) => ({ value: code, label: survivors[code].label }))}
            value={line.rule}
            onChange={(rule) => rule && onChange({ rule: rule as Survivor })}
            comboboxProps={{ width: 300, position: "bottom-start" }}
            maxDropdownHeight={420}
            renderOption={({ option }) => (
              <Stack gap={0}>
                <span>{option.label}</span>
                <Text size="xs" opacity={0.75} component="span">
                  {survivors[option.value as Survivor]?.about}
                </Text>
              </Stack>
            )}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t`Remove ${name}`}
            disabled={disabled}
            onClick={onRemove}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
        {line.rule === "most_trusted" && (
          <Box>
            <SourceOrder
              name={name}
              sources={line.sources ?? []}
              most={most}
              disabled={disabled}
              onChange={(sources) => onChange({ sources })}
            />
          </Box>
        )}
        {wrong && (
          <Text size="xs" c="var(--mantine-color-red-text)">
            {wrong}
          </Text>
        )}
      </Stack>
    </li>
  );
}
