/** Where one value of an event comes from: a place in the payload, a header, or a text that is always the same. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconHandClick, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import * as format from "@/lib/format";
import type { TimeForm, Value, ValueForm } from "../connect/types";
import { ofList, takesAll, valueAt, withAll } from "./jsonpath";
import classes from "./webhook.module.css";
import { useFormLabels } from "./words";

type From = "path" | "text" | "header";
const fromOf = (value: Value | undefined): From =>
  value?.header !== undefined ? "header" : value?.text !== undefined ? "text" : "path";

type Props = {
  label: string;
  about?: string;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
  /** The payload to look the place up in, as the rule sees it. */
  sample: { payload: unknown; headers: Record<string, string> } | null;
  picking: boolean;
  onPick: () => void;
  problem?: string;
  /** Kinds of value to choose from. */
  forms?: "values" | "times";
  /** Stands before the field: its name, where that can be changed. */
  name?: ReactNode;
};

export function ValueField(props: Props) {
  const { t } = useLingui();
  const { label, about, value, onChange, sample, picking, onPick, problem, name } = props;
  const from = fromOf(value);
  const text = value?.[from] ?? "";
  const set = (kind: From, next: string) => {
    const { path: _path, text: _text, header: _header, ...rest } = value ?? {};
    onChange({ ...rest, [kind]: next });
  };
  const found = value && sample ? lookUp(value, sample) : undefined;
  return (
    <Stack gap={6} className={classes.value} data-picking={picking || undefined} role="group" aria-label={label}>
      {name ?? (
        <div>
          <Text size="sm" fw={550}>
            {label}
          </Text>
          {about && (
            <Text size="xs" c="dimmed">
              {about}
            </Text>
          )}
        </div>
      )}
      <Group gap={6} align="flex-start">
        <NativeSelect
          size="xs"
          aria-label={t`${label}: where it comes from`}
          style={{ flex: "1 1 6rem" }}
          data={[
            { value: "path", label: t`Payload` },
            { value: "text", label: t`Fixed text` },
            { value: "header", label: t`Header` },
          ]}
          value={from}
          onChange={(event) => set(event.currentTarget.value as From, "")}
        />
        <TextInput
          size="xs"
          aria-label={label}
          style={{ flex: "3 1 8rem", minWidth: 0 }}
          placeholder={from === "path" ? t`Click a value` : undefined}
          maxLength={1000}
          value={text}
          error={problem}
          onChange={(event) => set(from, event.currentTarget.value)}
        />
        <Tooltip label={t`Take it from the payload`}>
          <ActionIcon
            variant={picking ? "filled" : "default"}
            size={30}
            aria-label={t`${label}: take it from the payload`}
            aria-pressed={picking}
            onClick={onPick}
          >
            <IconHandClick size={16} />
          </ActionIcon>
        </Tooltip>
        {value && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={30}
            aria-label={t`${label}: leave empty`}
            onClick={() => onChange(undefined)}
          >
            <IconX size={16} />
          </ActionIcon>
        )}
      </Group>
      {picking && (
        <Group gap="xs">
          <Text size="sm" role="status">
            {t`Now click the value in the payload.`}
          </Text>
          <Button size="compact-xs" variant="subtle" onClick={onPick}>{t`Cancel`}</Button>
        </Group>
      )}
      {value && from !== "text" && found !== undefined && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {found === null ? t`Not in this payload` : t`Here: ${format.value(found)}`}
        </Text>
      )}
      {value && <Forms {...props} value={value} />}
    </Stack>
  );
}

function Forms({ label, value, onChange, forms }: Props & { value: Value }) {
  const { t } = useLingui();
  const labels = useFormLabels();
  const list = value.path !== undefined && ofList(value.path);
  const choices =
    forms === "times"
      ? [
          { value: "auto", label: t`Recognise it` },
          { value: "rfc3339", label: t`Date and time` },
          { value: "unix_s", label: t`Seconds since 1970` },
          { value: "unix_ms", label: t`Milliseconds since 1970` },
        ]
      : [
          { value: "", label: t`As it is` },
          ...(Object.keys(labels) as ValueForm[]).map((form) => ({ value: form, label: labels[form] })),
        ];
  const choose = (form: string) => {
    const { as: _as, ...rest } = value;
    onChange(form === "" || form === "auto" ? rest : { ...rest, as: form as ValueForm | TimeForm });
  };
  if (!forms && !list) return null;
  return (
    <Group gap="sm">
      {forms && (
        <NativeSelect
          size="xs"
          aria-label={t`${label}: read as`}
          data={choices}
          value={value.as ?? choices[0]?.value}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      )}
      {list && value.path !== undefined && (
        <Checkbox
          size="xs"
          label={t`All of the list`}
          aria-label={t`${label}: all of the list`}
          checked={takesAll(value.path)}
          onChange={(event) => onChange({ ...value, path: withAll(value.path ?? "", event.currentTarget.checked) })}
        />
      )}
    </Group>
  );
}

/** What the sample has there; null: nothing; undefined: only the server can say. */
function lookUp(value: Value, sample: { payload: unknown; headers: Record<string, string> }): unknown {
  if (value.header) {
    const wanted = value.header.toLowerCase();
    const found = Object.entries(sample.headers).find(([name]) => name.toLowerCase() === wanted);
    return found ? found[1] : null;
  }
  if (!value.path) return undefined;
  return valueAt(sample.payload, value.path) ?? null;
}
