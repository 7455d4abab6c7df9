/** The places in the UI, grouped by job. Menu, command palette and "g" shortcuts are made from this list. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  type Icon,
  IconAddressBook,
  IconBan,
  IconBroadcast,
  IconFilter,
  IconHistory,
  IconHome,
  IconInbox,
  IconKey,
  IconMailCog,
  IconPlugConnected,
  IconSend,
  IconSettings,
  IconTableImport,
  IconUsers,
} from "@tabler/icons-react";
import { paths } from "@/lib/paths";

export type Place = {
  to: string;
  label: MessageDescriptor;
  icon: Icon;
  /** Second key after "g". */
  key?: string;
  permission?: string;
};
export type PlaceGroup = { label: MessageDescriptor | null; places: Place[] };

export const NAVIGATION: PlaceGroup[] = [
  { label: null, places: [{ to: paths.home(), label: msg`Home`, icon: IconHome, key: "h" }] },
  {
    label: msg`Audience`,
    places: [
      { to: paths.people(), label: msg`People`, icon: IconAddressBook, key: "p" },
      { to: paths.segments(), label: msg`Segments`, icon: IconFilter, key: "s" },
    ],
  },
  {
    label: msg`Engage`,
    places: [
      { to: paths.campaigns(), label: msg`Campaigns`, icon: IconSend, key: "c" },
      { to: paths.sandbox(), label: msg`Sandbox inbox`, icon: IconInbox, key: "x" },
    ],
  },
  {
    label: msg`Data`,
    places: [
      { to: paths.live(), label: msg`Live events`, icon: IconBroadcast, key: "l" },
      { to: paths.sources(), label: msg`Sources`, icon: IconPlugConnected, key: "o" },
      { to: paths.imports(), label: msg`Imports`, icon: IconTableImport, key: "i" },
    ],
  },
  {
    label: msg`Settings`,
    places: [
      { to: paths.workspace(), label: msg`Workspace`, icon: IconSettings, key: "w" },
      { to: paths.team(), label: msg`Team`, icon: IconUsers, key: "t" },
      { to: paths.keys(), label: msg`API keys`, icon: IconKey, key: "k" },
      { to: paths.sender(), label: msg`Sender`, icon: IconMailCog, key: "e" },
      { to: paths.suppressions(), label: msg`Suppression list`, icon: IconBan },
      { to: paths.audit(), label: msg`Audit log`, icon: IconHistory, key: "a" },
    ],
  },
];

/** Things to start from anywhere, offered in the command palette. */
export const ACTIONS: Place[] = [
  { to: paths.newSegment(), label: msg`New segment`, icon: IconFilter },
  { to: paths.newCampaign(), label: msg`New campaign`, icon: IconSend },
  { to: paths.newImport(), label: msg`Import a file`, icon: IconTableImport },
  { to: `${paths.sources()}?new=1`, label: msg`Connect a source`, icon: IconPlugConnected },
];

export function allowed(groups: PlaceGroup[], permissions: readonly string[]): PlaceGroup[] {
  const may = (place: Place) => place.permission === undefined || permissions.includes(place.permission);
  return groups
    .map((group) => ({ ...group, places: group.places.filter(may) }))
    .filter((group) => group.places.length > 0);
}
