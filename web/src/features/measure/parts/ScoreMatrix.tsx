/** How many customers stand where: recency down, frequency and money across. */
import { useLingui } from "@lingui/react/macro";
import { Badge, Stack, Table, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import * as format from "@/lib/format";
import { Panel } from "@/ui/Panel";
import { RFM_COLORS, useRfmWords } from "@/ui/rfm";
import { SideScroll } from "@/ui/SideScroll";
import { EmptyState } from "@/ui/states";
import type { RfmSettings } from "../queries";
import { alikeOf, type Kind } from "../scores";

const SCORES = [1, 2, 3, 4, 5];
/** The name of a group breaks rather than being cut, also where five of them stand side by side on a telephone. */
const WRAPPED = {
  root: { height: "auto", padding: "2px 6px" },
  label: { whiteSpace: "normal", lineHeight: 1.25 },
} as const;

export function ScoreMatrix({ rfm }: { rfm: RfmSettings }) {
  const { t } = useLingui();
  const words = useRfmWords();
  const { counted } = rfm;
  if (!counted) {
    return (
      <Panel>
        <EmptyState
          icon={<IconUsers />}
          title={t`Nobody is scored yet`}
          text={t`As soon as customers order, they are compared here: who orders often, who has not ordered for long, who is new.`}
        />
      </Panel>
    );
  }
  const cell = (recency: number, across: number) =>
    counted.distribution.find((one) => one.recency === recency && one.frequency_monetary === across);
  const all = format.number(counted.customers);
  const within = format.number(counted.customers_within_window);
  const at = format.ago(counted.at);
  return (
    <Panel
      title={t`Who stands where`}
      note={t`${all} customers ordered, ${within} of them within the days that count; counted ${at}.`}
    >
      <Stack gap="sm">
        <SideScroll label={t`Who stands where`} minWidth={560}>
          <Table
            withTableBorder
            withColumnBorders
            horizontalSpacing={6}
            layout="fixed"
            aria-label={t`Who stands where`}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th rowSpan={2} scope="col" w={70}>{t`Recency`}</Table.Th>
                <Table.Th colSpan={5} scope="colgroup">{t`Frequency and money`}</Table.Th>
              </Table.Tr>
              <Table.Tr>
                {SCORES.map((score) => (
                  <Table.Th key={score} scope="col">
                    {score}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...SCORES].reverse().map((recency) => (
                <Table.Tr key={recency}>
                  <Table.Th scope="row">{recency}</Table.Th>
                  {SCORES.map((across) => {
                    const found = cell(recency, across);
                    return (
                      <Table.Td key={across}>
                        <Text fw={600}>{format.number(found?.customers)}</Text>
                        <Badge variant="light" size="sm" color={RFM_COLORS[found?.segment ?? ""]} styles={WRAPPED}>
                          {words[found?.segment ?? ""]?.name}
                        </Badge>
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </SideScroll>
        <AlikeNote rfm={rfm} />
      </Stack>
    </Panel>
  );
}

/** Where many customers have the same number, a score says less than it seems to. */
function AlikeNote({ rfm }: { rfm: RfmSettings }) {
  const { t } = useLingui();
  const names: Record<Kind, string> = { recency_days: t`Recency`, frequency: t`Frequency`, monetary: t`Money` };
  const { once, kinds } = alikeOf(rfm);
  const which = kinds.map((kind) => names[kind]).join(", ");
  return (
    <>
      {once && <Text size="sm">{t`Most customers ordered once: frequency tells little yet.`}</Text>}
      {which && (
        <Text size="sm">{t`Many customers have the same number, so that some scores hold nobody: ${which}.`}</Text>
      )}
    </>
  );
}
