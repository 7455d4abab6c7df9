/** What the rows of the file are about. */
import { useLingui } from "@lingui/react/macro";
import { Radio, SimpleGrid } from "@mantine/core";
import type { ImportKind } from "@/api/types";
import { useRowKinds } from "@/lib/column-words";

type Props = { kind: ImportKind; onChange: (kind: ImportKind) => void; disabled: boolean };

export function ChooseKind({ kind, onChange, disabled }: Props) {
  const { t } = useLingui();
  const kinds = useRowKinds();
  return (
    <Radio.Group
      label={t`What is in the file`}
      value={kind}
      onChange={(next) => onChange(next as ImportKind)}
      readOnly={disabled}
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" mt="xs">
        {kinds.map(({ value, label, about }) => (
          <Radio key={value} value={value} label={label} description={about} disabled={disabled} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
