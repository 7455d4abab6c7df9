/** How many people fit, how many of them can be reached, and ten of them. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Loader, Progress, Stack, Text } from "@mantine/core";
import type { SegmentCount } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { ChannelIcon, useChannelLabel } from "@/ui/channels";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import classes from "./builder.module.css";

/** Fewer people than this: numbers about them say little, and somebody may be recognised. */
const SMALL_AUDIENCE = 20;

type Props = { count: SegmentCount | undefined; error: unknown; counting: boolean; unfinished: number };

export function CountPanel({ count, error, counting, unfinished }: Props) {
  const { t } = useLingui();
  const label = useChannelLabel();
  if (!count) return <Panel title={t`Who fits`}>{error ? <ErrorPanel error={error} /> : <Loading rows={4} />}</Panel>;
  const percentText = format.percent(count.share);
  const totalText = format.number(count.total);
  return (
    <Stack gap="md">
      <Panel
        title={t`Who fits`}
        actions={
          counting ? (
            <Loader size="xs" role="status" aria-label={t`Counting`} />
          ) : (
            <Text size="xs" c="dimmed">{`${format.number(count.took_ms, 1)} ms`}</Text>
          )
        }
      >
        <Box role="status" aria-live="polite" style={{ opacity: counting ? 0.6 : 1 }}>
          <Text className={classes.big} component="div">
            {format.number(count.count)}
          </Text>
          <Text size="sm" c="dimmed">
            <Plural value={count.count} one="person" other="people" /> ·{" "}
            <Trans>
              {percentText} of {totalText}
            </Trans>
          </Text>
        </Box>
        <Progress value={100 * count.share} mt="sm" mb="md" size="sm" aria-label={t`Share of everybody`} />
        <Stack gap={6}>
          <Text size="sm" c="dimmed">
            {t`May be reached by`}
          </Text>
          {Object.entries(count.reach).map(([channel, reach]) => (
            <Group key={channel} justify="space-between" gap="xs">
              <Group gap={8}>
                <ChannelIcon channel={channel} size={16} />
                <Text size="sm">{label(channel)}</Text>
              </Group>
              <Text size="sm" fw={600}>
                {format.number(reach)}
              </Text>
            </Group>
          ))}
        </Stack>
        {error ? <ErrorPanel error={error} /> : null}
        {count.count > 0 && count.count < SMALL_AUDIENCE && (
          <Text size="sm" mt="sm" c="var(--mantine-color-orange-text)">
            <Trans>A small group: rates measured on it will jump.</Trans>
          </Text>
        )}
        {unfinished > 0 && (
          <Text size="sm" mt="sm" c="dimmed">
            <Plural
              value={unfinished}
              one="# rule is not finished and is left out of the count."
              other="# rules are not finished and are left out of the count."
            />
          </Text>
        )}
      </Panel>
      {count.sentence && (
        <Panel title={t`In words`}>
          <Text size="sm">{count.sentence}</Text>
        </Panel>
      )}
      <Panel title={t`Some of them`} flush>
        <Box px="md" pb="md">
          {count.sample.length === 0 && <Text size="sm" c="dimmed">{t`Nobody fits.`}</Text>}
          {count.sample.map((person) => (
            <Group key={person.id} justify="space-between" gap="xs" py={4} wrap="nowrap">
              <AppLink to={paths.person(person.id)} size="sm" truncate>
                {format.person(person.label)}
              </AppLink>
              <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                {[
                  [person.city, person.country].filter(Boolean).join(", "),
                  person.revenue && format.money(person.revenue),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </Group>
          ))}
        </Box>
      </Panel>
    </Stack>
  );
}
