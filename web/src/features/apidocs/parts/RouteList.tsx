/** Every route by group, with a search; the place in the list is in the address. */
import { useLingui } from "@lingui/react/macro";
import { Group, Text, Title } from "@mantine/core";
import { paths } from "@/lib/paths";
import { PlainLink } from "@/ui/links";
import { SearchField } from "@/ui/SearchField";
import { type Group as RouteGroup, search } from "../model";
import classes from "./docs.module.css";
import { Method } from "./words";

type Props = { groups: RouteGroup[]; current: string; q: string; onSearch: (q: string) => void };

export function RouteList({ groups, current, q, onSearch }: Props) {
  const { t } = useLingui();
  const shown = search(groups, q);
  return (
    <>
      <SearchField value={q} onChange={onSearch} label={t`Search routes`} />
      <Text size="sm" c="dimmed" mt="sm" hidden={shown.length > 0} role="status">
        {shown.length === 0 && t`No route fits`}
      </Text>
      {shown.map((group) => (
        <section key={group.name} aria-labelledby={`group-${group.name}`}>
          <Title order={2} size="h6" mt="md" mb={4} id={`group-${group.name}`}>
            {group.name}
          </Title>
          <ul className={classes.list}>
            {group.operations.map((operation) => (
              <li key={operation.id}>
                <PlainLink
                  to={paths.apiRoute(operation.id)}
                  className={classes.link}
                  aria-current={operation.id === current ? "page" : undefined}
                >
                  <Group gap={8} wrap="nowrap" component="span" align="flex-start">
                    <Method method={operation.method} />
                    <Text size="xs" component="span">
                      {operation.path}
                    </Text>
                  </Group>
                </PlainLink>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
