/** What else can be said of a property: what it means, which values it may have, what it is used for. */
import { useLingui } from "@lingui/react/macro";
import { Checkbox, MultiSelect, NativeSelect, SimpleGrid, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { parseAllowed, takesAllowed, withItems } from "../model";
import { ITEM_TYPES, type ItemType, type Property, PURPOSES, type Purpose } from "../types";
import { usePurposeWords, useTypeWords } from "../words";

type Props = { property: Property; onChange: (property: Property) => void; disabled: boolean };

export function PropertyDetails({ property, onChange, disabled }: Props) {
  const { t } = useLingui();
  const types = useTypeWords();
  const purposes = usePurposeWords();
  const [wrong, setWrong] = useState<string[]>([]);
  const list = wrong.join(", ");
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} mt="sm" spacing="sm">
      <TextInput
        label={t`What it means`}
        disabled={disabled}
        maxLength={500}
        value={property.description}
        onChange={(event) => onChange({ ...property, description: event.currentTarget.value })}
      />
      {property.type === "list" && (
        <NativeSelect
          label={t`What is in the list`}
          disabled={disabled}
          data={ITEM_TYPES.map((value) => ({ value, label: types[value] }))}
          value={property.items ?? "any"}
          onChange={(event) => onChange(withItems(property, event.currentTarget.value as ItemType))}
        />
      )}
      {takesAllowed(property.type) && (
        <TagsInput
          label={t`Allowed values`}
          description={t`Press Enter after each. None: anything is allowed.`}
          disabled={disabled}
          acceptValueOnBlur
          value={property.allowed.map(String)}
          error={wrong.length > 0 ? t`Not a number of this type: ${list}` : undefined}
          onChange={(texts) => {
            const parsed = parseAllowed(property.type, texts);
            setWrong(parsed.wrong);
            onChange({ ...property, allowed: parsed.values });
          }}
        />
      )}
      <Checkbox
        label={t`May be there without a value (null)`}
        disabled={disabled}
        checked={property.nullable}
        onChange={(event) => onChange({ ...property, nullable: event.currentTarget.checked })}
      />
      <MultiSelect
        label={t`What it may be used for`}
        description={property.personal ? t`Personal data needs a purpose.` : t`Left empty: nothing is said about it.`}
        disabled={disabled}
        data={PURPOSES.map((value) => ({ value, label: purposes[value] }))}
        value={property.purposes}
        onChange={(chosen) => onChange({ ...property, purposes: chosen as Purpose[] })}
        clearable
        clearButtonProps={{ "aria-label": t`Clear` }}
      />
    </SimpleGrid>
  );
}
