/** A choice between a few ways, each with what it does. */
import { Radio, Stack } from "@mantine/core";

type Choice<T extends string> = { value: T; label: string; does: string };
type Props<T extends string> = {
  label: string;
  note?: string;
  choices: Choice<T>[];
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
};

export function Choices<T extends string>({ label, note, choices, value, onChange, disabled }: Props<T>) {
  return (
    <Radio.Group label={label} description={note} value={value} onChange={(next) => onChange(next as T)}>
      <Stack gap="xs" mt="xs">
        {choices.map((choice) => (
          <Radio
            key={choice.value}
            value={choice.value}
            label={choice.label}
            description={choice.does}
            disabled={disabled}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
