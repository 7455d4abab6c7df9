/** One property: name, type, whether it must be there and is about a person; the rest on demand. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Button, Checkbox, Collapse, Group, NativeSelect, TextInput, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp, IconTrash } from "@tabler/icons-react";
import { DEEPEST, hasInside, withType } from "../model";
import { type Property, type PropertyType, TYPES } from "../types";
import { useTypeWords } from "../words";
import { PropertyDetails } from "./PropertyDetails";
import { PropertyList } from "./PropertyList";
import classes from "./plan.module.css";

type Props = {
  property: Property;
  onChange: (property: Property) => void;
  onRemove: () => void;
  problem: string | undefined;
  disabled: boolean;
  asked: boolean;
  depth: number;
};

export function PropertyRow({ property, onChange, onRemove, problem, disabled, asked, depth }: Props) {
  const { t } = useLingui();
  const words = useTypeWords();
  const [open, details] = useDisclosure(false);
  const name = property.name || t`property without a name`;
  return (
    <Box role="group" aria-label={name} className={classes.row}>
      <Group gap="sm" align="flex-start">
        <TextInput
          className={classes.name}
          label={t`Name`}
          value={property.name}
          error={problem}
          disabled={disabled}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...property, name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t`Type`}
          disabled={disabled}
          data={TYPES.map((value) => ({ value, label: words[value] }))}
          value={property.type}
          onChange={(event) => onChange(withType(property, event.currentTarget.value as PropertyType))}
        />
        <Group gap="md" mt={{ base: 0, sm: 30 }}>
          <Checkbox
            label={t`Required`}
            disabled={disabled}
            checked={property.required}
            onChange={(event) => onChange({ ...property, required: event.currentTarget.checked })}
          />
          <Checkbox
            label={t`Personal data`}
            disabled={disabled}
            checked={property.personal}
            onChange={(event) => onChange({ ...property, personal: event.currentTarget.checked })}
          />
        </Group>
        <Group gap="xs" ml="auto" mt={{ base: 0, sm: 24 }} wrap="nowrap">
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-expanded={open}
            aria-label={t`More about ${name}`}
            rightSection={open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />}
            onClick={details.toggle}
          >
            <Trans>More</Trans>
          </Button>
          {!disabled && (
            <Tooltip label={t`Remove`}>
              <ActionIcon variant="subtle" color="gray" aria-label={t`Remove ${name}`} onClick={onRemove}>
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      <Collapse expanded={open}>
        <PropertyDetails property={property} onChange={onChange} disabled={disabled} />
      </Collapse>
      {hasInside(property) && depth < DEEPEST && (
        <Box className={classes.inside} mt="sm">
          <PropertyList
            label={t`Inside ${name}`}
            properties={property.properties}
            onChange={(properties) => onChange({ ...property, properties })}
            disabled={disabled}
            asked={asked}
            depth={depth + 1}
          />
        </Box>
      )}
    </Box>
  );
}
