/** "belongs to a random 10 % of all customers": a share, and if wanted where it begins and the name of the draw. */
import { useLingui } from "@lingui/react/macro";
import { Box, Collapse, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { SampleCondition } from "@/api/types";
import { DecimalInput } from "@/ui/conditions/DecimalInput";
import { isBeyond, shareOf, withBegin, withShare } from "../sample";
import { Help } from "./Help";

/** Longer names nobody reads. */
const LONGEST_NAME = 100;

type Props = { sample: SampleCondition; onChange: (sample: SampleCondition) => void };

export function SampleFields({ sample, onChange }: Props) {
  const { t } = useLingui();
  const beyond = isBeyond(sample);
  return (
    <>
      <Text size="sm">{t`belongs to a random`}</Text>
      <DecimalInput
        aria-label={t`Share in percent`}
        w={90}
        min={0}
        max={100}
        decimalScale={2}
        suffix=" %"
        error={beyond}
        value={shareOf(sample)}
        onChange={(share) => onChange(withShare(sample, share))}
      />
      <Text size="sm">{t`of all customers`}</Text>
      {beyond && (
        <Text size="xs" c="var(--mantine-color-red-text)" w="100%" role="alert">
          {t`That ends beyond 100%: take a smaller share, or begin earlier.`}
        </Text>
      )}
      <Help>{t`Always the same people. Of new customers, the same share joins them.`}</Help>
      <DrawFields sample={sample} onChange={onChange} />
    </>
  );
}

/** For a second group beside a first one. */
function DrawFields({ sample, onChange }: Props) {
  const { t } = useLingui();
  const [open, setOpen] = useState(Boolean(sample.from || sample.seed));
  return (
    <Box w="100%">
      <UnstyledButton aria-expanded={open} onClick={() => setOpen(!open)}>
        <Group gap={4}>
          {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          <Text size="xs" fw={500}>
            {t`A second group, or other people`}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap="xs" pt={6} maw={420}>
          <DecimalInput
            label={t`Begin at`}
            description={t`For a second group that shares nobody with the first: begin where that one ends.`}
            min={0}
            max={100}
            decimalScale={2}
            suffix=" %"
            empty={0}
            value={sample.from ?? 0}
            onChange={(from) => onChange(withBegin(sample, from ?? 0))}
          />
          <TextInput
            label={t`Name of the draw`}
            description={t`Another name draws other people. Groups to compare need the same name.`}
            placeholder={t`for example: autumn`}
            size="xs"
            maxLength={LONGEST_NAME}
            value={sample.seed ?? ""}
            onChange={(event) => onChange({ ...sample, seed: event.currentTarget.value })}
          />
        </Stack>
      </Collapse>
    </Box>
  );
}
