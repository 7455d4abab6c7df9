/** "and after that not Order Completed within 4 hours": what did not follow the last step. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { SpanInput } from "@/ui/conditions/ValueInput";
import { emptyWithout, type Without } from "../sequence";
import { Help } from "./Help";
import { MatchFields } from "./MatchFields";
import { MoreButton } from "./MoreButton";
import { useFocusNext } from "./useFocusNext";

type WithoutProps = { without: Without | null | undefined; onChange: (without: Without | null) => void };

export function WithoutFields({ without, onChange }: WithoutProps) {
  const { t } = useLingui();
  const { box, focusNext } = useFocusNext<HTMLDivElement>();
  const set = (next: Without | null) => {
    onChange(next);
    focusNext(next ? "input" : "button");
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex line in every browser
    <div ref={box} role="group" aria-label={t`What did not happen after that`}>
      {without ? (
        <Group gap={6}>
          <Text size="sm">{t`and after that not`}</Text>
          <MatchFields
            match={without}
            onChange={onChange}
            tools={
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t`Remove what did not happen`}
                onClick={() => set(null)}
              >
                <IconX size={14} />
              </ActionIcon>
            }
          >
            <Text size="sm">{t`within`}</Text>
            <SpanInput value={without.within} onChange={(within) => onChange({ ...without, within })} />
          </MatchFields>
          <Help>{t`People fit once that time is over and it has not happened.`}</Help>
        </Group>
      ) : (
        <MoreButton label={t`And after that not …`} onClick={() => set(emptyWithout())} />
      )}
    </div>
  );
}
