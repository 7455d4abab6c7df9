/** The kinds of source in words and pictures. */
import { useLingui } from "@lingui/react/macro";
import {
  type Icon,
  IconBuildingStore,
  IconDatabase,
  IconDeviceMobile,
  IconDots,
  IconFolder,
  IconPhone,
  IconRss,
  IconServer,
  IconWebhook,
  IconWorld,
} from "@tabler/icons-react";
import type { ConnectionKind, SourceKind } from "@/api/types";

export const KIND_ICONS: Record<SourceKind, Icon> = {
  website: IconWorld,
  app: IconDeviceMobile,
  server: IconServer,
  shop: IconBuildingStore,
  phone: IconPhone,
  other: IconDots,
  webhook: IconWebhook,
  folder: IconFolder,
  database: IconDatabase,
  feed: IconRss,
};

/** Those that are fetched or mapped, in the order they are offered. */
export const CONNECTIONS: readonly ConnectionKind[] = ["webhook", "database", "folder", "feed"];

export const isConnection = (kind: string): kind is ConnectionKind =>
  kind === "webhook" || kind === "folder" || kind === "database" || kind === "feed";

type Kind = { value: SourceKind; label: string; about: string };

export function useSourceKinds(): Kind[] {
  const { t } = useLingui();
  return [
    { value: "website", label: t`Website`, about: t`A few lines in your pages` },
    { value: "app", label: t`App`, about: t`From a phone or tablet` },
    { value: "server", label: t`Server`, about: t`From your own programs` },
    { value: "shop", label: t`Shop`, about: t`Till or loyalty card` },
    { value: "phone", label: t`Phone`, about: t`Call centre` },
    { value: "other", label: t`Other`, about: t`Anything that speaks HTTP` },
    { value: "webhook", label: t`Webhook`, about: t`Another system calls an address of yours when something happens` },
    { value: "database", label: t`Database`, about: t`New and changed rows are fetched, as often as you like` },
    { value: "folder", label: t`Watched folder`, about: t`Every file that is put there is imported by itself` },
    { value: "feed", label: t`Product feed`, about: t`Your products, fetched from an address` },
  ];
}
