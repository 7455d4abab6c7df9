/** What the members of a company come to together. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Stack, Text } from "@mantine/core";
import type { Company } from "@/api/companies";
import * as format from "@/lib/format";
import { Stat } from "@/ui/Stat";
import { Time } from "@/ui/Time";
import { revenueText } from "../model";

export function Tiles({ company }: { company: Company }) {
  const { t } = useLingui();
  const { rollup } = company;
  const former = format.number(company.former_members);
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm">
        <Stat
          label={t`Members`}
          value={format.number(company.members)}
          note={company.former_members > 0 ? t`${former} former` : undefined}
        />
        <Stat
          label={t`Active in 30 days`}
          value={format.number(rollup?.active_30d)}
          note={rollup ? format.ratio(rollup.active_30d, rollup.counted) : undefined}
        />
        <Stat
          label={t`Orders`}
          value={format.number(rollup?.orders)}
          note={
            rollup && rollup.orders > 0 ? (
              <Plural value={rollup.buyers} one="by # member" other="by # members" />
            ) : undefined
          }
        />
        <Stat label={t`Revenue`} value={revenueText(rollup ?? null)} />
        <Stat
          label={t`Last seen`}
          value={format.ago(company.last_seen)}
          note={t`first ${format.date(company.first_seen)}`}
        />
      </SimpleGrid>
      <Text size="sm" c="dimmed" component="div">
        {rollup ? (
          <>
            <Trans>
              Worked out <Time at={rollup.at} />
            </Trans>
            {!rollup.complete && (
              <>
                {" · "}
                <Trans>about the {format.number(rollup.counted)} members heard of last</Trans>
              </>
            )}
          </>
        ) : (
          <Trans>Orders and activity are worked out within a few minutes.</Trans>
        )}
      </Text>
    </Stack>
  );
}
