/** A number as it is written: "2." stays in the field until the rest of it is there. */
import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useState } from "react";

type Props = Omit<NumberInputProps, "value" | "onChange" | "defaultValue"> & {
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  /** What an empty field stands for. */
  empty?: number;
};

function numberOf(written: string | number | bigint, empty: number | undefined): number | undefined {
  if (written === "") return empty;
  const number = Number(written);
  return Number.isFinite(number) ? number : undefined;
}

export function DecimalInput({ value, onChange, empty, ...rest }: Props) {
  const [written, setWritten] = useState<string | number | bigint>(value ?? "");
  // What comes from elsewhere, such as undo, takes the place of what is written.
  const isSame = numberOf(written, empty) === value;
  return (
    <NumberInput
      size="xs"
      {...rest}
      value={(isSame ? written : (value ?? "")) as string | number}
      onChange={(next) => {
        setWritten(next);
        const number = numberOf(next, empty);
        if (number !== value) onChange(number);
      }}
    />
  );
}
