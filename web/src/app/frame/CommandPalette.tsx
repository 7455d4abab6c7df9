/** Search and commands (Ctrl K): places, actions, people by any identifier, segments, campaigns, products. */
import { useLingui } from "@lingui/react";
import { useLingui as useLinguiMacro } from "@lingui/react/macro";
import { ActionIcon, Box, Button, Kbd, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconAddressBook, IconFilter, IconSearch, IconSend, IconShoppingBag } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { productSearchQuery } from "@/api/products";
import { campaignsQuery, profileSearchQuery, segmentsQuery } from "@/api/query";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";
import { ACTIONS, allowed, allowedPlaces, isMeant, NAVIGATION, type Place } from "../navigation";

const PER_GROUP = 6;
const REST_MS = 120;

export function PaletteButton() {
  const { t } = useLinguiMacro();
  return (
    <>
      <Button
        visibleFrom="md"
        variant="default"
        size="xs"
        c="dimmed"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={spotlight.open}
      >
        {t`Search and commands`}
      </Button>
      <ActionIcon
        hiddenFrom="md"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t`Search and commands`}
        onClick={spotlight.open}
      >
        <IconSearch size={19} stroke={1.7} />
      </ActionIcon>
    </>
  );
}

type Hit = { key: string; label: string; note?: string; icon: ReactNode; to: string; keys?: string };

function useHits(query: string) {
  const { _ } = useLingui();
  const { permissions } = useMe();
  const needle = query.trim().toLowerCase();
  const [asked] = useDebouncedValue(needle, REST_MS);
  const searching = asked.length >= 2;
  const people = useQuery({ ...profileSearchQuery(asked, PER_GROUP), enabled: searching });
  const segments = useQuery({ ...segmentsQuery, enabled: searching });
  const campaigns = useQuery({ ...campaignsQuery(), enabled: searching });
  const products = useQuery({
    ...productSearchQuery(asked, PER_GROUP),
    enabled: searching && permissions.includes("product.read"),
  });
  const meant = (place: Place) => isMeant(place, _(place.label), needle);
  const matches = (text: string) => text.toLowerCase().includes(needle);
  const fromPlace = (place: Place): Hit => ({
    key: place.to,
    label: _(place.label),
    icon: <place.icon size={18} stroke={1.7} aria-hidden />,
    to: place.to,
    keys: place.key ? `G ${place.key.toUpperCase()}` : undefined,
  });
  const places = allowed(NAVIGATION, permissions).flatMap((group) => group.places);
  return {
    waiting: searching && people.isPending,
    places: places.filter(meant).map(fromPlace),
    actions: allowedPlaces(ACTIONS, permissions).filter(meant).map(fromPlace),
    products: (searching ? (products.data?.items ?? []) : []).map(
      (product): Hit => ({
        key: product.id,
        label: product.title,
        note: [product.brand, product.product_id].filter(Boolean).join(" · "),
        icon: <IconShoppingBag size={18} stroke={1.7} aria-hidden />,
        to: paths.product(product.id),
      }),
    ),
    people: !searching
      ? []
      : (people.data?.items ?? []).map(
          (person): Hit => ({
            key: person.id,
            label: person.label,
            note: [person.email, person.phone, person.city].filter((part) => part && part !== person.label).join(" · "),
            icon: <IconAddressBook size={18} stroke={1.7} aria-hidden />,
            to: paths.person(person.id),
          }),
        ),
    segments: named(
      searching ? segments.data?.items : [],
      matches,
      paths.segment,
      <IconFilter size={18} aria-hidden />,
    ),
    campaigns: named(
      searching ? campaigns.data?.items : [],
      matches,
      paths.campaign,
      <IconSend size={18} aria-hidden />,
    ),
  };
}

function named(
  items: { id: string; name: string }[] | undefined,
  matches: (text: string) => boolean,
  path: (id: string) => string,
  icon: ReactNode,
): Hit[] {
  const hits = (items ?? []).filter((item) => matches(item.name)).slice(0, PER_GROUP);
  return hits.map((item) => ({ key: item.id, label: item.name, icon, to: path(item.id) }));
}

export function CommandPalette() {
  const { t } = useLinguiMacro();
  const go = useGo();
  const [query, setQuery] = useState("");
  const hits = useHits(query);
  const groups: [string, Hit[]][] = [
    [t`People`, hits.people],
    [t`Segments`, hits.segments],
    [t`Campaigns`, hits.campaigns],
    [t`Products`, hits.products],
    [t`Actions`, hits.actions],
    [t`Go to`, hits.places],
  ];
  const nothing = groups.every(([, list]) => list.length === 0);
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={["mod + K"]} scrollable maxHeight={440}>
      <Spotlight.Search
        placeholder={t`A person, a segment, a product, a page …`}
        aria-label={t`Search and commands`}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {groups.map(([title, list]) =>
          list.length === 0 ? null : (
            <Spotlight.ActionsGroup key={title} label={title}>
              {list.map((hit) => (
                <Spotlight.Action key={hit.key} onClick={() => go(hit.to)}>
                  <Box mr="sm" c="dimmed" style={{ display: "inline-flex" }}>
                    {hit.icon}
                  </Box>
                  <Box style={{ flex: 1, minWidth: 0 }}>
                    <Text truncate>{hit.label}</Text>
                    {hit.note && (
                      <Text size="xs" opacity={0.8} truncate>
                        {hit.note}
                      </Text>
                    )}
                  </Box>
                  {hit.keys && <Kbd size="xs">{hit.keys}</Kbd>}
                </Spotlight.Action>
              ))}
            </Spotlight.ActionsGroup>
          ),
        )}
        {nothing && (
          <Spotlight.Empty>{hits.waiting ? t`Searching …` : t`Nothing found for “${query}”`}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
