/** The places in the UI, grouped by job. Menu, command palette and "g" shortcuts are made from this list. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  type Icon,
  IconAddressBook,
  IconBan,
  IconBroadcast,
  IconBuildings,
  IconChartHistogram,
  IconChecklist,
  IconFilter,
  IconFingerprint,
  IconHistory,
  IconHome,
  IconHourglass,
  IconInbox,
  IconKey,
  IconMailCog,
  IconMathFunction,
  IconPlugConnected,
  IconReceiptOff,
  IconSend,
  IconSettings,
  IconShieldCheck,
  IconShoppingBag,
  IconTableImport,
  IconTemplate,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import { paths } from "@/lib/paths";

export type Place = {
  to: string;
  label: MessageDescriptor;
  icon: Icon;
  /** Second key after "g". */
  key?: string;
  permission?: string;
  /** What else it is searched by in the command palette: terms of the field and of the languages, never shown. */
  keywords?: string;
};
export type PlaceGroup = { label: MessageDescriptor | null; places: Place[] };

export const NAVIGATION: PlaceGroup[] = [
  { label: null, places: [{ to: paths.home(), label: msg`Home`, icon: IconHome, key: "h", permission: "home.read" }] },
  {
    label: msg`Audience`,
    places: [
      { to: paths.people(), label: msg`People`, icon: IconAddressBook, key: "p", permission: "profile.read" },
      { to: paths.companies(), label: msg`Companies`, icon: IconBuildings, key: "b", permission: "profile.read" },
      {
        to: paths.duplicates(),
        label: msg`Duplicates`,
        icon: IconUsersGroup,
        key: "d",
        permission: "profile.read",
        keywords: "merge deduplicate double dubbel dubblett dûbel",
      },
      { to: paths.segments(), label: msg`Segments`, icon: IconFilter, key: "s", permission: "segment.read" },
      {
        to: paths.computedTraits(),
        label: msg`Computed traits`,
        icon: IconMathFunction,
        key: "f",
        permission: "segment.read",
      },
    ],
  },
  {
    label: msg`Engage`,
    places: [
      { to: paths.campaigns(), label: msg`Campaigns`, icon: IconSend, key: "c", permission: "campaign.read" },
      { to: paths.templates(), label: msg`Templates`, icon: IconTemplate, key: "m", permission: "content.read" },
      { to: paths.sandbox(), label: msg`Sandbox inbox`, icon: IconInbox, key: "x", permission: "sandbox.read" },
    ],
  },
  {
    label: msg`Data`,
    places: [
      { to: paths.live(), label: msg`Live events`, icon: IconBroadcast, key: "l", permission: "event.read" },
      {
        to: paths.sources(),
        label: msg`Sources`,
        icon: IconPlugConnected,
        key: "o",
        permission: "source.read",
        keywords: "webhook connection database SQL folder bucket S3 SDK snippet koppeling koppling keppeling",
      },
      {
        to: paths.plan(),
        label: msg`Tracking plan`,
        icon: IconChecklist,
        key: "r",
        permission: "source.read",
        keywords: "schema validation violation",
      },
      { to: paths.imports(), label: msg`Imports`, icon: IconTableImport, key: "i", permission: "import.read" },
      { to: paths.products(), label: msg`Products`, icon: IconShoppingBag, key: "u", permission: "product.read" },
    ],
  },
  {
    label: msg`Settings`,
    places: [
      { to: paths.workspace(), label: msg`Workspace`, icon: IconSettings, key: "w", permission: "workspace.read" },
      { to: paths.team(), label: msg`Team`, icon: IconUsers, key: "t", permission: "user.read" },
      { to: paths.keys(), label: msg`API keys`, icon: IconKey, key: "k", permission: "key.read" },
      { to: paths.identityRules(), label: msg`Identity`, icon: IconFingerprint, key: "y", permission: "profile.read" },
      { to: paths.sender(), label: msg`Sender`, icon: IconMailCog, key: "e", permission: "sender.read" },
      {
        to: paths.consent(),
        label: msg`Consent and preferences`,
        icon: IconShieldCheck,
        key: "n",
        permission: "profile.read",
        keywords: "GDPR AVG privacy opt-in topic preference centre voorkeuren preferenser",
      },
      { to: paths.suppressions(), label: msg`Suppression list`, icon: IconBan, permission: "suppression.read" },
      {
        to: paths.retention(),
        label: msg`Data retention`,
        icon: IconHourglass,
        permission: "workspace.read",
        keywords: "GDPR AVG privacy delete anonymise bewaren spara gallring bewarje",
      },
      { to: paths.audit(), label: msg`Audit log`, icon: IconHistory, key: "a", permission: "audit.read" },
    ],
  },
];

/** Things to start from anywhere, and places too seldom needed for the menu: offered in the command palette. */
export const ACTIONS: Place[] = [
  { to: paths.newSegment(), label: msg`New segment`, icon: IconFilter, permission: "segment.write" },
  {
    to: paths.newComputedTrait(),
    label: msg`New computed trait`,
    icon: IconMathFunction,
    permission: "segment.write",
  },
  { to: paths.newCampaign(), label: msg`New campaign`, icon: IconSend, permission: "campaign.write" },
  { to: paths.newImport(), label: msg`Import a file`, icon: IconTableImport, permission: "import.write" },
  { to: paths.uploadFeed(), label: msg`Upload a product feed`, icon: IconShoppingBag, permission: "product.write" },
  {
    to: paths.scores(),
    label: msg`RFM scores`,
    icon: IconChartHistogram,
    permission: "report.read",
    keywords: "score recency frequency monetary value loyal champion klantwaarde kundvärde",
  },
  {
    to: paths.refusedOrders(),
    label: msg`Orders that could not be counted`,
    icon: IconReceiptOff,
    permission: "report.read",
  },
  { to: `${paths.sources()}?new=1`, label: msg`Connect a source`, icon: IconPlugConnected, permission: "source.write" },
];

/** Whether somebody who types this means the place; `label` is its name in their language. */
export function isMeant({ keywords }: Pick<Place, "keywords">, label: string, typed: string): boolean {
  const needle = typed.trim().toLowerCase();
  const words = keywords?.toLowerCase().split(" ") ?? [];
  return label.toLowerCase().includes(needle) || words.some((word) => word.startsWith(needle));
}

export function allowedPlaces(places: Place[], permissions: readonly string[]): Place[] {
  return places.filter((place) => place.permission === undefined || permissions.includes(place.permission));
}

export function allowed(groups: PlaceGroup[], permissions: readonly string[]): PlaceGroup[] {
  return groups
    .map((group) => ({ ...group, places: allowedPlaces(group.places, permissions) }))
    .filter((group) => group.places.length > 0);
}
