/** The logo: an image on the web by its address, or a small picture that is kept with the settings. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, Image, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import * as format from "@/lib/format";
import { fitsAsLogo, LOGO_BYTES_MAX } from "../model";

const ACCEPTED = "image/png,image/jpeg,image/webp,image/gif,image/svg+xml";

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}

type Props = { value: string; onChange: (url: string) => void; disabled: boolean; error?: string };

export function LogoField({ value, onChange, disabled, error }: Props) {
  const { t } = useLingui();
  const [tooLarge, setTooLarge] = useState(false);
  const isPicture = value.startsWith("data:");
  const most = format.bytes(LOGO_BYTES_MAX);
  const choose = async (file: File | null) => {
    if (!file) return;
    const url = await dataUrl(file);
    const fits = fitsAsLogo(url);
    setTooLarge(!fits);
    if (fits) onChange(url);
  };
  return (
    <Stack gap="xs">
      {isPicture ? (
        <div>
          <Text size="sm" fw={500}>
            <Trans>Logo</Trans>
          </Text>
          <Image src={value} alt={t`The logo`} h={56} w="auto" maw="100%" fit="contain" />
        </div>
      ) : (
        <TextInput
          label={t`Address of the logo`}
          description={t`An image on the web, beginning with https://. Empty: the name alone.`}
          type="url"
          maxLength={500}
          disabled={disabled}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <Group gap="xs">
        <FileButton accept={ACCEPTED} disabled={disabled} onChange={(file) => void choose(file)}>
          {(props) => (
            <Button {...props} size="xs" variant="default">
              {isPicture ? <Trans>Another picture</Trans> : <Trans>Use a picture from this computer</Trans>}
            </Button>
          )}
        </FileButton>
        {value !== "" && (
          <Button size="xs" variant="subtle" color="gray" disabled={disabled} onClick={() => onChange("")}>
            <Trans>Remove the logo</Trans>
          </Button>
        )}
      </Group>
      {tooLarge && (
        <Text size="sm" role="alert" c="var(--mantine-color-red-text)">
          <Trans>This picture is too large or of another kind: at most {most}, as PNG, JPEG, WebP, GIF or SVG.</Trans>
        </Text>
      )}
    </Stack>
  );
}
