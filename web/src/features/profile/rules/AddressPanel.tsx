/** When two ways to write an address or a number mean the same. */
import { useLingui } from "@lingui/react/macro";
import { Select, Stack, Switch } from "@mantine/core";
import { useMemo } from "react";
import { formatContext, INTL_LOCALE } from "@/lib/format";
import { Panel } from "@/ui/Panel";
import type { SectionProps } from "./KindsPanel";
import { REGIONS } from "./model";
import { mistakesOf, useRuleMistakes } from "./words";

/** The countries by name, in the reader's language; what the rules say is there also when it is none of them. */
function useRegions(chosen: string): { value: string; label: string }[] {
  const { locale } = formatContext();
  return useMemo(() => {
    const names = new Intl.DisplayNames([INTL_LOCALE[locale] ?? locale], { type: "region", fallback: "code" });
    const codes = REGIONS.includes(chosen) ? REGIONS : [...REGIONS, chosen];
    const label = (code: string) => {
      try {
        return `${names.of(code) ?? code} (${code})`;
      } catch {
        return code;
      }
    };
    const options = codes.map((value) => ({ value, label: label(value) }));
    return options.sort((a, b) => a.label.localeCompare(b.label));
  }, [locale, chosen]);
}

export function AddressPanel({ rules, edit, mayWrite, refusal }: SectionProps) {
  const { t } = useLingui();
  const words = useRuleMistakes();
  const regions = useRegions(rules.phone_region);
  const wrong = mistakesOf(refusal).find((one) => one.pointer === "/phone_region");
  return (
    <Panel title={t`Gmail and phone`} note={t`When two ways of writing mean the same.`}>
      <Stack maw={560}>
        <Switch
          label={t`Dots and +words in Gmail addresses do not count`}
          description={t`anna.visser@gmail.com and annavisser+shop@gmail.com are one mailbox. Mail still goes to the address that was given.`}
          disabled={!mayWrite}
          checked={rules.gmail_dots}
          onChange={(event) => edit({ ...rules, gmail_dots: event.currentTarget.checked })}
        />
        <Select
          label={t`Country of phone numbers`}
          description={t`For numbers without a country code, when the event names no country.`}
          searchable
          allowDeselect={false}
          disabled={!mayWrite}
          data={regions}
          value={rules.phone_region}
          error={wrong && words(wrong.code, wrong.detail)}
          onChange={(next) => next && edit({ ...rules, phone_region: next })}
        />
      </Stack>
    </Panel>
  );
}
