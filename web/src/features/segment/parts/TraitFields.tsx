/** "country is NL": an attribute, an operator and a value. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { traitsQuery, traitValuesQuery } from "@/api/query";
import type { Operator, TraitCondition } from "@/api/types";
import { useOperatorWords } from "@/lib/operator-words";
import { carryValue, firstOperator, OPERATORS, operatorsFor, valueType } from "@/lib/operators";
import { NamePicker } from "@/ui/conditions/NamePicker";
import { ValueInput } from "@/ui/conditions/ValueInput";

const REST_MS = 200;

type Props = { trait: TraitCondition; onChange: (trait: TraitCondition) => void };

export function TraitFields({ trait, onChange }: Props) {
  const { t } = useLingui();
  const words = useOperatorWords();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, REST_MS);
  const traits = useQuery(traitsQuery);
  const items = traits.data?.items ?? [];
  const type = valueType(items.find((item) => item.name === trait.name)?.type);
  const suggests = ["value", "list", "text"].includes(OPERATORS[trait.op].operand);
  const values = useQuery({ ...traitValuesQuery(trait.name, asked), enabled: suggests && trait.name !== "" });
  const choose = (name: string) => {
    const nextType = valueType(items.find((item) => item.name === name)?.type);
    const op = operatorsFor(nextType).includes(trait.op) ? trait.op : firstOperator(nextType);
    setSearch("");
    onChange({ name, op, value: carryValue(op, undefined) });
  };
  const offered = operatorsFor(type);
  const shown = offered.includes(trait.op) ? offered : [trait.op, ...offered];
  return (
    <>
      <NamePicker label={t`Attribute`} placeholder={t`attribute`} items={items} value={trait.name} onChange={choose} />
      <NativeSelect
        aria-label={t`Comparison`}
        size="xs"
        data={shown.map((op) => ({ value: op, label: words[op] }))}
        value={trait.op}
        onChange={(event) => {
          const op = event.currentTarget.value as Operator;
          onChange({ ...trait, op, value: carryValue(op, trait.value) });
        }}
      />
      <ValueInput
        op={trait.op}
        type={type}
        value={trait.value}
        onChange={(value) => onChange({ ...trait, value })}
        suggestions={(values.data?.items ?? []).map((one) => ({ value: String(one.value), count: one.count }))}
        onSearch={setSearch}
      />
    </>
  );
}
