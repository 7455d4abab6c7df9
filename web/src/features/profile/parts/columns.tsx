/** Which columns the list of people shows; remembered in this browser. */
import { useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Menu, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconColumns3 } from "@tabler/icons-react";

export const COLUMN_KEYS = [
  "email",
  "phone",
  "city",
  "channels",
  "events",
  "orders",
  "revenue",
  "first_seen",
  "last_seen",
] as const;
export type ColumnKey = (typeof COLUMN_KEYS)[number];

const DEFAULT: ColumnKey[] = ["email", "city", "channels", "orders", "revenue", "last_seen"];

export function useColumns() {
  const [shown, setShown] = useLocalStorage<ColumnKey[]>({ key: "tutti.people.columns", defaultValue: DEFAULT });
  return { shown, setShown };
}

export function useColumnLabels(): Record<ColumnKey, string> {
  const { t } = useLingui();
  return {
    email: t`E-mail`,
    phone: t`Phone`,
    city: t`Place`,
    channels: t`Channels`,
    events: t`Events`,
    orders: t`Orders`,
    revenue: t`Revenue`,
    first_seen: t`First seen`,
    last_seen: t`Last seen`,
  };
}

export function ColumnPicker({ shown, setShown }: ReturnType<typeof useColumns>) {
  const { t } = useLingui();
  const labels = useColumnLabels();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t`Columns`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Checkbox.Group value={shown} onChange={(next) => setShown(COLUMN_KEYS.filter((key) => next.includes(key)))}>
          <Stack gap="xs" p="xs">
            {COLUMN_KEYS.map((key) => (
              <Checkbox key={key} value={key} label={labels[key]} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Menu.Dropdown>
    </Menu>
  );
}
