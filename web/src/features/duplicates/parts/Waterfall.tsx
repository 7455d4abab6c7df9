/** The drawing of what speaks for and against; the table beside it says the same to who listens. */
import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import * as format from "@/lib/format";
import { type Bar, oneIn, waterfall } from "../model";
import type { Pair } from "../types";
import { useBitsText, useFieldNames, useLevelWords, useStrengthWords } from "../words";
import classes from "./duplicates.module.css";

export type PairProps = { pair: Pair; one: string; other: string; answer: string };

export function useStartWords(): (bits: number) => string {
  const { t } = useLingui();
  return (bits) => {
    const pairs = format.number(oneIn(bits));
    return t`Before anything is compared: of ${pairs} pairs, one is the same person`;
  };
}

export function Waterfall({ pair, one, other, answer }: PairProps) {
  const { t } = useLingui();
  const field = useFieldNames();
  const level = useLevelWords();
  const counts = useStrengthWords();
  const bits = useBitsText();
  const start = useStartWords();
  const drawn = waterfall(pair);
  return (
    <div aria-hidden className={classes.waterfall}>
      <div className={`${classes.row} ${classes.head}`}>
        <span>{t`Field`}</span>
        <span>{one}</span>
        <span>{other}</span>
        <span>{t`Against or for`}</span>
      </div>
      <div className={classes.row}>
        <strong>{t`Starting point`}</strong>
        <span className={classes.wide}>{start(pair.prior_bits)}</span>
        <Drawn bar={drawn.start} zero={drawn.zero} kind="total" small={bits(pair.prior_bits)} />
      </div>
      {drawn.steps.map(({ evidence, ...bar }, index) => (
        <div className={classes.row} key={`${evidence.field}:${index}`}>
          <strong>{field(evidence.field)}</strong>
          <span>{evidence.one ?? format.NOTHING}</span>
          <span>{evidence.other ?? format.NOTHING}</span>
          <Drawn
            bar={bar}
            zero={drawn.zero}
            kind={evidence.bits < 0 ? "against" : "for"}
            words={`${level(evidence.level)}: ${counts(evidence)}`}
            small={bits(evidence.bits)}
          />
        </div>
      ))}
      <div className={`${classes.row} ${classes.total}`}>
        <strong>{t`Together`}</strong>
        <span className={classes.wide}>{answer}</span>
        <Drawn bar={drawn.total} zero={drawn.zero} kind="total" small={bits(pair.bits)} />
      </div>
    </div>
  );
}

type DrawnProps = { bar: Bar; zero: number; kind: "for" | "against" | "total"; words?: string; small: string };

function Drawn({ bar, zero, kind, words, small }: DrawnProps) {
  const percent = (share: number) => `${100 * share}%`;
  return (
    <div>
      <div className={classes.track}>
        <div className={classes.zero} style={{ left: percent(zero) }} />
        <div
          className={`${classes.bar} ${classes[kind]}`}
          style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
        />
      </div>
      <Text size="sm">
        {words}{" "}
        <Text span size="xs" c="dimmed">
          {small}
        </Text>
      </Text>
    </div>
  );
}
