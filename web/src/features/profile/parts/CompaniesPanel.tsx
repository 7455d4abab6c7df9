/** Which companies a customer works for, and did; nothing for who belongs to none. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type CustomerCompany, customerCompaniesQuery } from "@/api/companies";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";

export function CompaniesPanel({ id }: { id: string }) {
  const { t } = useLingui();
  const companies = useQuery(customerCompaniesQuery(id));
  const [open, setOpen] = useState(false);
  const listId = useId();
  const items = companies.data?.items ?? [];
  const former = items.filter((one) => one.left_at !== null);
  const now = items.filter((one) => one.left_at === null);
  if (items.length === 0) return null;
  const count = format.number(former.length);
  return (
    <Panel title={t`Companies`}>
      {now.map((one) => (
        <Line key={one.company.id} of={one} />
      ))}
      {former.length > 0 && (
        <>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            onClick={() => setOpen(!open)}
          >
            {open ? t`Hide former companies` : t`Former companies (${count})`}
          </Button>
          {open && (
            <div id={listId}>
              {former.map((one) => (
                <Line key={one.company.id} of={one} />
              ))}
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

function Line({ of: { company, role, joined_at, left_at } }: { of: CustomerCompany }) {
  const [since, until] = [format.date(joined_at), format.date(left_at)];
  return (
    <Group gap="xs" py={2}>
      <AppLink to={paths.company(company.id)} fw={550} style={{ overflowWrap: "anywhere" }}>
        {company.name}
      </AppLink>
      {role && <Badge variant="light">{role}</Badge>}
      <Text size="sm" c="dimmed">
        {left_at ? (
          <Trans>
            {since} to {until}
          </Trans>
        ) : (
          joined_at && <Trans>since {since}</Trans>
        )}
      </Text>
    </Group>
  );
}
