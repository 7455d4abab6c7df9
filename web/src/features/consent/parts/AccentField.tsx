/** The colour of buttons and links; says at once when white text on it cannot be read well. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, ColorInput, Group, Text } from "@mantine/core";
import * as format from "@/lib/format";
import { CONTRAST_MIN, contrast, darkEnough } from "../model";

type Props = { value: string; onChange: (color: string) => void; disabled: boolean; error?: string };

export function AccentField({ value, onChange, disabled, error }: Props) {
  const { t } = useLingui();
  const ratio = contrast(value);
  const low = ratio !== null && ratio < CONTRAST_MIN;
  const ratioText = ratio === null ? "" : format.number(ratio, 1);
  const least = format.number(CONTRAST_MIN, 1);
  return (
    <div>
      <ColorInput
        label={t`Colour`}
        description={t`Of buttons and links, with white letters.`}
        format="hex"
        disabled={disabled}
        value={value}
        error={error}
        onChange={onChange}
        eyeDropperButtonProps={{ "aria-label": t`Pick a colour from the screen` }}
      />
      <Group gap="xs" mt={6} role="status">
        {low ? (
          <>
            <Text size="sm" c="var(--mantine-color-red-text)" style={{ flex: "1 1 12rem" }}>
              <Trans>
                Too light: contrast {ratioText} to 1, at least {least} is needed. Some people could not read the
                buttons.
              </Trans>
            </Text>
            <Button size="xs" variant="default" disabled={disabled} onClick={() => onChange(darkEnough(value))}>
              <Trans>Make it dark enough</Trans>
            </Button>
          </>
        ) : (
          ratio !== null && (
            <Text size="sm" c="dimmed">
              <Trans>Contrast {ratioText} to 1: can be read well.</Trans>
            </Text>
          )
        )}
      </Group>
    </div>
  );
}
