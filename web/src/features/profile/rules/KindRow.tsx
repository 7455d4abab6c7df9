/** One kind of identifier: its place, whether it counts, how many a customer may have, what never counts. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Code, Group, NumberInput, Switch, TagsInput, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { KeyboardEvent } from "react";
import { MoveButtons } from "./MoveButtons";
import { type Line, OTHERS } from "./model";
import classes from "./rules.module.css";
import type { KindRule, Limits, OtherKinds } from "./types";
import { useKindName } from "./words";

type Change = Partial<Pick<KindRule, "enabled" | "limit">>;
type Props = {
  line: Line;
  place: number;
  others: OtherKinds;
  limits: Limits;
  disabled: boolean;
  mistake: string | undefined;
  up: (() => void) | null;
  down: (() => void) | null;
  onChange: (change: Change & { blocked?: string[] }) => void;
  onRemove: (() => void) | null;
};

export function KindRow({ line, place, others, limits, disabled, mistake, up, down, onChange, onRemove }: Props) {
  const { t } = useLingui();
  const name = useKindName()(line.key);
  const { enabled, limit } = line.rule ?? others;
  const onKeyDown = (event: KeyboardEvent) => {
    const act = event.key === "ArrowUp" ? up : event.key === "ArrowDown" ? down : null;
    if (!event.altKey || !act) return;
    event.preventDefault();
    act();
  };
  return (
    <li className={classes.row} onKeyDown={onKeyDown} aria-label={name}>
      <MoveButtons name={name} up={up} down={down} place={place} />
      <Box style={{ flex: 1, minWidth: 0 }}>
        <Group justify="space-between" gap="sm" align="flex-start">
          <Box style={{ flex: "1 1 10rem", minWidth: 0 }}>
            <Heading line={line} name={name} />
          </Box>
          <Group gap="md">
            <NumberInput
              aria-label={t`${name}: most per customer`}
              leftSection={
                <Text size="xs" c="dimmed" aria-hidden>
                  <Trans>max.</Trans>
                </Text>
              }
              leftSectionWidth={42}
              size="xs"
              w={110}
              min={1}
              max={limits.limit_max}
              allowDecimal={false}
              disabled={disabled || !enabled}
              value={limit}
              onChange={(next) => onChange({ limit: typeof next === "number" ? next : 0 })}
            />
            <Switch
              aria-label={t`${name} counts`}
              disabled={disabled || line.key === "user_id"}
              checked={enabled}
              onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
            />
          </Group>
        </Group>
        {line.rule && enabled && (
          <Blocked
            name={name}
            blocked={line.rule.blocked ?? []}
            most={limits.blocked_max}
            disabled={disabled}
            onChange={(blocked) => onChange({ blocked })}
            onRemove={onRemove}
          />
        )}
        {mistake && (
          <Text size="sm" c="var(--mantine-color-red-text)" role="alert">
            {mistake}
          </Text>
        )}
      </Box>
    </li>
  );
}

function Heading({ line, name }: { line: Line; name: string }) {
  const { t } = useLingui();
  const device = line.rule?.names === "device";
  return (
    <>
      <Group gap={6}>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        {line.rule && (
          <Badge variant="default" size="sm" miw="max-content">
            {device ? t`device` : t`person`}
          </Badge>
        )}
        {line.rule && line.rule.kind !== name && <Code fz="xs">{line.rule.kind}</Code>}
      </Group>
      <Text size="xs" c="dimmed">
        {line.key === OTHERS && <Trans>Kinds that your sources send and that have no line here.</Trans>}{" "}
        {line.key === "user_id" && <Trans>Always the strongest: it keeps two people apart.</Trans>}{" "}
        {line.tied && <Trans>As strong as the one above.</Trans>}
      </Text>
    </>
  );
}

type BlockedProps = {
  name: string;
  blocked: string[];
  most: number;
  disabled: boolean;
  onChange: (blocked: string[]) => void;
  onRemove: (() => void) | null;
};

function Blocked({ name, blocked, most, disabled, onChange, onRemove }: BlockedProps) {
  const { t } = useLingui();
  const [open, { toggle }] = useDisclosure(false);
  return (
    <>
      <Group gap={4}>
        <Button size="compact-sm" fz="xs" variant="subtle" aria-expanded={open} onClick={toggle}>
          <Plural value={blocked.length} _0="Block values" one="# blocked value" other="# blocked values" />
          <VisuallyHidden> ({name})</VisuallyHidden>
        </Button>
        {onRemove && (
          <Button
            size="compact-sm"
            fz="xs"
            variant="subtle"
            color="gray"
            disabled={disabled}
            aria-label={t`Remove ${name}`}
            onClick={onRemove}
          >
            <Trans>Remove</Trans>
          </Button>
        )}
      </Group>
      {open && (
        <TagsInput
          label={t`Values that never name anybody`}
          description={t`The number of your till, the address of your shop, a test account. * stands for anything: 000*`}
          size="xs"
          maxTags={most}
          disabled={disabled}
          value={blocked}
          onChange={onChange}
          splitChars={[",", ";"]}
          clearable={false}
        />
      )}
    </>
  );
}
