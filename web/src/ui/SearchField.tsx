/** A search box: "/" puts the cursor in it, typing is passed on after a short rest. */

import { useLingui } from "@lingui/react/macro";
import { CloseButton, Kbd, TextInput, type TextInputProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useShortcut } from "@/lib/shortcuts";

const REST_MS = 200;

type Props = Omit<TextInputProps, "value" | "onChange"> & {
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder?: string;
};

export function SearchField({ value, onChange, label, placeholder, ...rest }: Props) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, REST_MS);
  useEffect(() => setText(value), [value]);
  useShortcut("/", t`Search or filter this list`, () => input.current?.focus());
  const change = (next: string) => {
    setText(next);
    tell(next);
  };
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text ? <CloseButton size="sm" aria-label={t`Clear`} onClick={() => change("")} /> : <Kbd size="xs">/</Kbd>
      }
      {...rest}
    />
  );
}
