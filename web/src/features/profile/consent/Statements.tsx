/** Everything that was ever said about contacting the person, newest first. */
import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useStateWords, useSubjectName } from "@/lib/consent-words";
import * as format from "@/lib/format";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { proofLines } from "./model";
import { type Statement, statementsQuery } from "./queries";
import { useFrequencyWords, useProofWords } from "./words";

export function Statements({ id }: { id: string }) {
  const { t } = useLingui();
  const subject = useSubjectName();
  const states: Record<string, string> = useStateWords();
  const frequencies: Record<string, string> = useFrequencyWords();
  const list = useInfiniteQuery(statementsQuery(id));
  const rows = list.data?.pages.flatMap((page) => page.items);
  const said = ({ channel, state, detail }: Statement) => {
    if (channel === "frequency" && detail) return frequencies[detail] ?? detail;
    if (channel === "pause") return detail ? t`until ${format.date(detail)}` : t`ended`;
    return states[state] ?? state;
  };
  return (
    <Panel title={t`Everything said so far`} note={t`Kept as proof; nothing here is ever changed.`} flush>
      <QueryView query={{ ...list, data: rows }}>
        {(items) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed" p="md">
              {t`Nothing yet.`}
            </Text>
          ) : (
            <DataTable
              label={t`Everything said so far`}
              rows={items}
              rowKey={(one) => `${one.at}${one.channel}${one.state}${one.proof.event}`}
              more={{
                has: list.hasNextPage,
                loading: list.isFetchingNextPage,
                load: () => void list.fetchNextPage(),
              }}
              columns={[
                { key: "subject", header: t`For`, cell: (one) => subject(one.channel) },
                { key: "state", header: t`Said`, cell: said },
                { key: "at", header: t`When`, cell: (one) => <Time at={one.at} style="dateTime" /> },
                { key: "proof", header: t`Proof`, from: "md", cell: (one) => <ProofText statement={one} /> },
              ]}
            />
          )
        }
      </QueryView>
    </Panel>
  );
}

function ProofText({ statement }: { statement: Statement }) {
  const words = useProofWords();
  const lines = proofLines(statement.proof).filter(({ what }) => what !== "event");
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      {lines.map((line) => words(line).value).join(" · ") || format.NOTHING}
    </Text>
  );
}
