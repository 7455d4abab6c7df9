/** What the drawing shows, as a table for who listens. */
import { useLingui } from "@lingui/react/macro";
import { VisuallyHidden } from "@mantine/core";
import * as format from "@/lib/format";
import { useBitsText, useFieldNames, useLevelWords, useStrengthWords } from "../words";
import { type PairProps, useStartWords } from "./Waterfall";

export function EvidenceTable({ pair, one, other, answer }: PairProps) {
  const { t } = useLingui();
  const field = useFieldNames();
  const level = useLevelWords();
  const counts = useStrengthWords();
  const bits = useBitsText();
  const start = useStartWords();
  return (
    <VisuallyHidden>
      <table>
        <caption>{t`What speaks for and against ${one} and ${other} being one person`}</caption>
        <thead>
          <tr>
            <th scope="col">{t`Field`}</th>
            <th scope="col">{one}</th>
            <th scope="col">{other}</th>
            <th scope="col">{t`How alike`}</th>
            <th scope="col">{t`How much it counts`}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t`Starting point`}</th>
            <td colSpan={3}>{start(pair.prior_bits)}</td>
            <td>{bits(pair.prior_bits)}</td>
          </tr>
          {pair.evidence.map((evidence, index) => (
            <tr key={`${evidence.field}:${index}`}>
              <th scope="row">{field(evidence.field)}</th>
              <td>{evidence.one ?? format.NOTHING}</td>
              <td>{evidence.other ?? format.NOTHING}</td>
              <td>{level(evidence.level)}</td>
              <td>{`${counts(evidence)}, ${bits(evidence.bits)}`}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t`Together`}</th>
            <td colSpan={3}>{answer}</td>
            <td>{bits(pair.bits)}</td>
          </tr>
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
