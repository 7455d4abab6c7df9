/** What tells a customer from another, in few lines. */
import { useLingui } from "@lingui/react/macro";
import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { ProfileSummary } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Time } from "@/ui/Time";
import classes from "./duplicates.module.css";

type Props = { person: ProfileSummary; name: string; out: boolean; children: ReactNode };

export function PersonCard({ person, name, out, children }: Props) {
  const { t } = useLingui();
  const orders = format.number(person.orders);
  const lines: [string, ReactNode][] = [
    [t`E-mail`, person.email ?? format.NOTHING],
    [t`Phone`, person.phone ?? format.NOTHING],
    [t`Place`, [person.city, person.country].filter(Boolean).join(", ") || format.NOTHING],
    [t`Orders`, person.revenue ? `${orders} · ${format.money(person.revenue)}` : orders],
    [t`Last seen`, <Time key="seen" at={person.last_seen} />],
  ];
  return (
    <div className={out ? `${classes.person} ${classes.out}` : classes.person}>
      <AppLink to={paths.person(person.id)} fw={600} py={2} display="inline-block" className={classes.words}>
        {name}
      </AppLink>
      <dl className={classes.lines}>
        {lines.map(([label, value]) => (
          <div key={label} className={classes.line}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" size="sm" m={0} className={classes.words}>
              {value}
            </Text>
          </div>
        ))}
      </dl>
      <Group gap="md" mt="xs">
        {children}
      </Group>
    </div>
  );
}
