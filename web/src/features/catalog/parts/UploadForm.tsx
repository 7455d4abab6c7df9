/** Whether a file is the whole range or only what changed, and under which name it is kept. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Autocomplete, Radio, Stack } from "@mantine/core";
import type { FeedMode, FeedSource } from "@/api/products";
import { useModeWords } from "@/lib/feed-words";
import { isConnection, isFeedName, UPLOAD } from "../model";

type Props = {
  source: string;
  onSource: (source: string) => void;
  mode: FeedMode;
  onMode: (mode: FeedMode) => void;
  feeds: FeedSource[];
  disabled: boolean;
};

const MODES: FeedMode[] = ["whole", "update"];

export function UploadForm({ source, onSource, mode, onMode, feeds, disabled }: Props) {
  const { t } = useLingui();
  const words = useModeWords();
  const known = feeds.find((one) => one.source === source);
  return (
    <Stack gap="md">
      <Autocomplete
        label={t`Name of the feed`}
        description={t`Files with one name belong together. A second feed needs a name of its own: letters, digits, dot, dash and underscore.`}
        placeholder={UPLOAD}
        required
        maw={420}
        maxLength={60}
        disabled={disabled}
        data={feeds.map((one) => one.source).filter((name) => !isConnection(name))}
        value={source}
        error={isFeedName(source) ? undefined : t`Letters, digits, dot, dash and underscore only`}
        onChange={onSource}
      />
      <Radio.Group label={t`What the file is`} value={mode} onChange={(next) => onMode(next as FeedMode)}>
        <Stack gap="sm" mt="xs">
          {MODES.map((value) => (
            <Radio
              key={value}
              value={value}
              label={words[value].label}
              description={words[value].about}
              disabled={disabled}
            />
          ))}
        </Stack>
      </Radio.Group>
      {mode === "whole" && known && known.products > 0 && (
        <Alert color="blue">
          <Plural
            value={known.products}
            one="# product of this feed is known now. If the file does not have it, it will be gone."
            other="# products of this feed are known now. Those that the file does not have will be gone."
          />{" "}
          <Trans>If that were more than half of them, you are asked first.</Trans>
        </Alert>
      )}
    </Stack>
  );
}
