/** What a campaign is about: with a topic only people who want that topic get it. */
import { useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { topicName, topicsQuery } from "@/api/consent";
import { useCan } from "@/lib/session";

const CHANNEL = "email";

type Props = { value: string | null; onChange: (topic: string | null) => void; disabled?: boolean };

/** Not there as long as the workspace has no topics. */
export function TopicSelect({ value, onChange, disabled }: Props) {
  const { t, i18n } = useLingui();
  const topics = useQuery({ ...topicsQuery, enabled: useCan("profile.read") }).data?.items ?? [];
  const offered = topics.filter((one) => one.key === value || (!one.archived && one.channels.includes(CHANNEL)));
  if (offered.length === 0 && value === null) return null;
  const items = offered.map((one) => ({ value: one.key, label: topicName(one, i18n.locale) }));
  const gone = value !== null && !items.some((one) => one.value === value);
  return (
    <NativeSelect
      label={t`What is it about?`}
      description={
        value === null
          ? t`Everybody who is subscribed to e-mail may get it.`
          : t`Only people who want this topic get it; the review says how many are left out.`
      }
      disabled={disabled}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || null)}
      data={[
        { value: "", label: t`Everything: no topic` },
        ...items,
        ...(gone ? [{ value: value, label: value }] : []),
      ]}
    />
  );
}
