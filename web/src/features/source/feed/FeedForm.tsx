/** A product feed: where it is, who may fetch it, how often. */
import { useLingui } from "@lingui/react/macro";
import { Radio, Stack, TextInput } from "@mantine/core";
import type { FeedMode } from "@/api/products";
import { useModeWords } from "@/lib/feed-words";
import { useCan } from "@/lib/session";
import { Panel } from "@/ui/Panel";
import { FormFoot, TestButton } from "../connect/FormFoot";
import { ScheduleField } from "../connect/ScheduleField";
import { FeedSample } from "./FeedSample";
import { isComplete } from "./model";
import { SignInFields } from "./SignInFields";
import { type FeedFormProps, useFeedForm } from "./useFeedForm";

const URL_CHARS_MAX = 2000;
const MODES: FeedMode[] = ["whole", "update"];

export function FeedForm(props: FeedFormProps) {
  const { t } = useLingui();
  const { name, connection, definition: stored } = props;
  const mayWrite = useCan("source.write");
  const modes = useModeWords();
  const form = useFeedForm(props);
  const { definition: now, change, problem, tried, tryOut, save } = form;
  const isNew = connection === null;
  const complete = isComplete(now, stored);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <Panel title={t`The feed`} note={t`The file that your shop makes for Google Merchant, or one like it.`}>
          <Stack gap="md">
            <TextInput
              type="url"
              label={t`Address`}
              description={t`XML, CSV, tab-separated text or JSON Lines, also packed with gzip.`}
              placeholder="https://shop.example/feeds/products.xml"
              required
              maxLength={URL_CHARS_MAX}
              value={now.url}
              error={problem("url")}
              onChange={(event) => change({ url: event.currentTarget.value })}
            />
            <Radio.Group
              label={t`What is in it`}
              value={now.mode}
              error={problem("mode")}
              onChange={(next) => change({ mode: next as FeedMode })}
            >
              <Stack gap="sm" mt="xs">
                {MODES.map((value) => (
                  <Radio key={value} value={value} label={modes[value].label} description={modes[value].about} />
                ))}
              </Stack>
            </Radio.Group>
            <SignInFields form={form} stored={stored} />
            <div>
              <TestButton onClick={tryOut} loading={tried.isPending} disabled={!complete || !mayWrite} />
            </div>
            {tried.data && <FeedSample tested={tried.data} />}
          </Stack>
        </Panel>
        <Panel title={t`When`}>
          <ScheduleField value={now.schedule} onChange={(schedule) => change({ schedule })} />
        </Panel>
        <FormFoot form={form} isNew={isNew} ready={complete && name.trim() !== ""} mayWrite={mayWrite} />
      </Stack>
    </form>
  );
}
