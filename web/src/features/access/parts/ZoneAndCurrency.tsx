/** The clock and the money of a workspace: asked for at set-up, for a further workspace, and in its settings. */
import { useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import { currencies, timeZones } from "@/lib/zones";

type Props = {
  form: { getInputProps: (field: "time_zone" | "currency") => GetInputPropsReturnType };
  disabled?: boolean;
  /** With what each is for. */
  explained?: boolean;
};

export function ZoneAndCurrency({ form, disabled, explained }: Props) {
  const { t } = useLingui();
  const common = { searchable: true, allowDeselect: false, disabled };
  return (
    <>
      <Select
        label={t`Time zone`}
        description={explained && t`Days on every screen begin at midnight here.`}
        data={timeZones()}
        {...common}
        {...form.getInputProps("time_zone")}
      />
      <Select
        label={t`Currency`}
        description={explained && t`Revenue is shown in this currency.`}
        data={currencies()}
        {...common}
        {...form.getInputProps("currency")}
      />
    </>
  );
}
