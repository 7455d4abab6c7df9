/** What speaks for and against, pair by pair: a drawing, and the same as a table for who cannot see it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { pairsOf, sureness } from "../model";
import type { Group } from "../types";
import { useShareText, useSurenessWords } from "../words";
import { EvidenceTable } from "./EvidenceTable";
import { Waterfall } from "./Waterfall";

const SHOWN_FIRST = 3;

export function Why({ group, names }: { group: Group; names: Map<string, string> }) {
  const { t } = useLingui();
  const sure = useSurenessWords();
  const share = useShareText();
  const [all, setAll] = useState(false);
  const pairs = pairsOf(group);
  const nameOf = (id: string) => names.get(id) ?? id;
  return (
    <Stack gap="lg" mt="md">
      <Text size="sm" c="dimmed">
        <Trans>
          Each field that agrees makes it likelier that they are one person, the more so the rarer the value. Each that
          differs makes it less likely. Added to the starting point, that gives the answer.
        </Trans>
      </Text>
      {(all ? pairs : pairs.slice(0, SHOWN_FIRST)).map((pair) => {
        const [one, other] = [nameOf(pair.one), nameOf(pair.other)];
        const answer = `${sure[sureness(pair.probability)]} · ${share(pair.probability)}`;
        return (
          <div key={`${pair.one}:${pair.other}`}>
            {pairs.length > 1 && (
              <Title order={4} size="h6" mb="xs" style={{ overflowWrap: "anywhere" }}>
                {t`${one} and ${other}`}
              </Title>
            )}
            <Waterfall pair={pair} one={one} other={other} answer={answer} />
            <EvidenceTable pair={pair} one={one} other={other} answer={answer} />
          </div>
        );
      })}
      {!all && pairs.length > SHOWN_FIRST && (
        <Button size="xs" variant="default" onClick={() => setAll(true)} style={{ alignSelf: "flex-start" }}>
          <Plural value={pairs.length} one="Show # pair" other="Show all # pairs" />
        </Button>
      )}
    </Stack>
  );
}
