/** The kinds of source in words and pictures. */
import { useLingui } from "@lingui/react/macro";
import {
  type Icon,
  IconBuildingStore,
  IconDeviceMobile,
  IconDots,
  IconPhone,
  IconServer,
  IconWorld,
} from "@tabler/icons-react";
import type { SourceKind } from "@/api/types";

export const KIND_ICONS: Record<SourceKind, Icon> = {
  website: IconWorld,
  app: IconDeviceMobile,
  server: IconServer,
  shop: IconBuildingStore,
  phone: IconPhone,
  other: IconDots,
};

export function useSourceKinds(): { value: SourceKind; label: string; about: string }[] {
  const { t } = useLingui();
  return [
    { value: "website", label: t`Website`, about: t`A few lines in your pages` },
    { value: "app", label: t`App`, about: t`From a phone or tablet` },
    { value: "server", label: t`Server`, about: t`From your own programs` },
    { value: "shop", label: t`Shop`, about: t`Till or loyalty card` },
    { value: "phone", label: t`Phone`, about: t`Call centre` },
    { value: "other", label: t`Other`, about: t`Anything that speaks HTTP` },
  ];
}
