/** The properties of an event as a form: one box each, objects with boxes inside. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef } from "react";
import { nameProblem, newProperty, removeAt, replaceAt } from "../model";
import type { Property } from "../types";
import { PropertyRow } from "./PropertyRow";
import classes from "./plan.module.css";

type Props = {
  label: string;
  properties: Property[];
  onChange: (properties: Property[]) => void;
  disabled: boolean;
  /** Names that are wrong are said only after somebody wanted to save. */
  asked: boolean;
  depth?: number;
};

export function PropertyList({ label, properties, onChange, disabled, asked, depth = 1 }: Props) {
  const { t } = useLingui();
  const box = useRef<HTMLUListElement>(null);
  const wrong = { empty: t`Give it a name`, twice: t`Another one has this name` };
  const add = () => {
    onChange([...properties, newProperty()]);
    setTimeout(() => box.current?.querySelector<HTMLInputElement>(":scope > li:last-child input")?.focus());
  };
  return (
    <Stack gap="sm" align="flex-start">
      {properties.length === 0 && (
        <Text size="sm" c="dimmed">
          {depth === 1 ? (
            <Trans>No property is planned yet. Add those you rely on; all others are unplanned.</Trans>
          ) : (
            <Trans>Nothing is said about what is inside: anything may be.</Trans>
          )}
        </Text>
      )}
      <ul ref={box} className={classes.list} aria-label={label} style={{ width: "100%" }}>
        {properties.map((property, at) => {
          const problem = nameProblem(properties, at);
          return (
            <li key={at}>
              <PropertyRow
                property={property}
                onChange={(next) => onChange(replaceAt(properties, at, next))}
                onRemove={() => onChange(removeAt(properties, at))}
                problem={problem && (asked || problem === "twice") ? wrong[problem] : undefined}
                disabled={disabled}
                asked={asked}
                depth={depth}
              />
            </li>
          );
        })}
      </ul>
      {!disabled && (
        <Button
          size="xs"
          variant={depth === 1 ? "light" : "default"}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          {depth === 1 ? <Trans>Add a property</Trans> : <Trans>Add a field inside</Trans>}
        </Button>
      )}
    </Stack>
  );
}
