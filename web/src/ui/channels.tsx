/** The same icons and words for channels everywhere. */

import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { Badge, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconBell,
  IconBrandWhatsapp,
  IconBuildingStore,
  IconDeviceMobile,
  IconMail,
  IconMailbox,
  IconMessage,
  IconPhone,
  IconPoint,
  IconServer,
  IconSettings,
  IconTableImport,
  IconWorld,
} from "@tabler/icons-react";

type ChannelLook = { icon: Icon; label: MessageDescriptor; color: string };

const CHANNELS: Record<string, ChannelLook> = {
  web: { icon: IconWorld, label: msg`Web`, color: "blue" },
  website: { icon: IconWorld, label: msg`Web`, color: "blue" },
  app: { icon: IconDeviceMobile, label: msg`App`, color: "violet" },
  mobile: { icon: IconDeviceMobile, label: msg`App`, color: "violet" },
  shop: { icon: IconBuildingStore, label: msg`Shop`, color: "orange" },
  store: { icon: IconBuildingStore, label: msg`Shop`, color: "orange" },
  phone: { icon: IconPhone, label: msg`Phone`, color: "cyan" },
  email: { icon: IconMail, label: msg`E-mail`, color: "grape" },
  sms: { icon: IconMessage, label: msg`SMS`, color: "lime" },
  server: { icon: IconServer, label: msg`Server`, color: "gray" },
  push: { icon: IconBell, label: msg`Push message`, color: "yellow" },
  whatsapp: { icon: IconBrandWhatsapp, label: msg`WhatsApp`, color: "teal" },
  post: { icon: IconMailbox, label: msg`Post`, color: "orange" },
  import: { icon: IconTableImport, label: msg`Import`, color: "gray" },
  system: { icon: IconSettings, label: msg`Tutti itself`, color: "gray" },
};

/** Every way to contact somebody that a consent can be about. */
export const CONTACT_CHANNELS = ["email", "sms", "push", "whatsapp", "post", "phone"] as const;
/** Those that are shown of everybody, also when nothing was said. */
export const CONSENT_CHANNELS = ["email", "sms", "phone"] as const;
/** The channels an event can come through. */
export const EVENT_CHANNELS = ["web", "app", "shop", "phone", "email", "server"] as const;

export function useChannelLabel(): (channel: string | null | undefined) => string {
  const { _ } = useLingui();
  return (channel) => {
    const look = channel ? CHANNELS[channel] : undefined;
    return look ? _(look.label) : (channel ?? "–");
  };
}

export function ChannelIcon({ channel, size = 18 }: { channel: string | null | undefined; size?: number }) {
  const label = useChannelLabel()(channel);
  const Look = (channel && CHANNELS[channel]?.icon) || IconPoint;
  const color = (channel && CHANNELS[channel]?.color) || "gray";
  return (
    <Tooltip label={label}>
      <span
        role="img"
        aria-label={label}
        style={{ display: "inline-flex", color: `var(--mantine-color-${color}-text)` }}
      >
        <Look size={size} stroke={1.7} aria-hidden />
      </span>
    </Tooltip>
  );
}

export function ChannelBadge({ channel }: { channel: string | null | undefined }) {
  const label = useChannelLabel()(channel);
  const look = channel ? CHANNELS[channel] : undefined;
  const Look = look?.icon ?? IconPoint;
  return (
    <Badge variant="light" color={look?.color ?? "gray"} leftSection={<Look size={13} aria-hidden />}>
      {label}
    </Badge>
  );
}
