/** What happens to this event when it differs from the plan: as the settings say, or in a way of its own. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import type { Draft } from "../model";
import { planQuery } from "../queries";
import type { OnViolation, UnplannedProperties } from "../types";
import { useUnplannedPropertyChoices, useViolationChoices } from "../words";
import { Choices } from "./Choices";

type Props = { draft: Draft; onChange: (draft: Draft) => void; disabled: boolean };
type Own<T extends string> = T | "";

export function Behaviour({ draft, onChange, disabled }: Props) {
  const { t } = useLingui();
  const plan = useQuery(planQuery).data;
  const violation = useViolationChoices();
  const properties = useUnplannedPropertyChoices();
  const labelOf = (choices: { value: string; label: string }[], value: string | undefined) =>
    choices.find((one) => one.value === value)?.label ?? "";
  const violationDefault = labelOf(violation, plan?.on_violation);
  const propertiesDefault = labelOf(properties, plan?.unplanned_properties);
  return (
    <Stack gap="lg">
      {plan?.enabled === false && (
        <Text size="sm" c="var(--mantine-color-orange-text)">
          <Trans>
            The plan is switched off, so nothing of this happens yet.{" "}
            <AppLink to={paths.plan()} inherit underline="always">
              Open the plan
            </AppLink>
          </Trans>
        </Text>
      )}
      <Choices<Own<OnViolation>>
        label={t`When a property is missing or wrong`}
        value={draft.on_violation ?? ""}
        onChange={(value) => onChange({ ...draft, on_violation: value || null })}
        disabled={disabled}
        choices={[
          { value: "", label: t`As the settings of the plan say`, does: t`Now: ${violationDefault}` },
          ...violation,
        ]}
      />
      <Choices<Own<UnplannedProperties>>
        label={t`Properties that are not planned`}
        value={draft.unplanned_properties ?? ""}
        onChange={(value) => onChange({ ...draft, unplanned_properties: value || null })}
        disabled={disabled}
        choices={[
          { value: "", label: t`As the settings of the plan say`, does: t`Now: ${propertiesDefault}` },
          ...properties,
        ]}
      />
    </Stack>
  );
}
