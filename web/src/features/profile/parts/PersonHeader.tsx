/** Who this is and what they are worth, in one look. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconBan, IconCircleCheck, IconCircleX, IconHelpCircle, IconHourglass } from "@tabler/icons-react";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { CONSENT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { PlainLink } from "@/ui/links";
import { Stat } from "@/ui/Stat";
import { consentOf } from "../model";

const LOOKS = {
  subscribed: { color: "teal", icon: IconCircleCheck },
  unsubscribed: { color: "red", icon: IconCircleX },
  pending: { color: "blue", icon: IconHourglass },
  unknown: { color: "gray", icon: IconHelpCircle },
} as const;

export function ConsentChips({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const words = {
    subscribed: t`subscribed`,
    unsubscribed: t`unsubscribed`,
    pending: t`not confirmed yet`,
    unknown: t`not asked`,
  };
  return (
    <Group gap={6}>
      {CONSENT_CHANNELS.map((channel) => {
        const state = consentOf(profile, channel)?.state ?? "unknown";
        const { color, icon: Look } = LOOKS[state];
        return (
          <Badge key={channel} variant="light" color={color} leftSection={<Look size={13} aria-hidden />}>
            {label(channel)}: {words[state]}
          </Badge>
        );
      })}
      {profile.suppressed.map((entry) => (
        <Badge key={entry.channel + entry.address} color="red" leftSection={<IconBan size={13} aria-hidden />}>
          <Trans>{label(entry.channel)} blocked</Trans>
        </Badge>
      ))}
    </Group>
  );
}

export function PersonHeader({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const { value } = profile;
  const online = format.money(value.online_revenue);
  const shop = format.money(value.shop_revenue);
  // Of somebody who never ordered there is no more to say than that.
  const ordered = value.orders > 0;
  return (
    <Stack gap="md">
      <ConsentChips profile={profile} />
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Stat
          label={t`Revenue`}
          value={format.money(value.revenue)}
          note={ordered && t`online ${online} · shop ${shop}`}
        />
        <Stat
          label={t`Orders`}
          value={format.number(value.orders)}
          note={ordered && t`on average ${format.money(value.average_order)}`}
        />
        <Stat
          label={t`Last order`}
          value={format.date(value.last_order_at)}
          note={ordered && t`first ${format.date(value.first_order_at)}`}
        />
        <Stat
          label={t`Last seen`}
          value={format.ago(profile.last_seen)}
          note={t`first ${format.date(profile.first_seen)}`}
        />
      </SimpleGrid>
      {profile.segments.length > 0 && (
        <Group gap={6}>
          <Text size="sm" c="dimmed">
            <Trans>In segments</Trans>
          </Text>
          {profile.segments.map((segment) => (
            <PlainLink key={segment.id} to={paths.segment(segment.id)}>
              <Badge variant="outline" style={{ cursor: "pointer" }}>
                {segment.name}
              </Badge>
            </PlainLink>
          ))}
        </Group>
      )}
    </Stack>
  );
}
