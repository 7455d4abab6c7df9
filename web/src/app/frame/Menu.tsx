import { useLingui } from "@lingui/react";
import { Box, Stack, Text } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { useMe } from "@/lib/session";
import { PlainLink } from "@/ui/links";
import { allowed, NAVIGATION, type Place } from "../navigation";
import classes from "./Frame.module.css";

function covers(place: Place, pathname: string): boolean {
  return place.to === "/" ? pathname === "/" : pathname === place.to || pathname.startsWith(`${place.to}/`);
}

/** Of a place and one inside it, the inner one. */
function hereOf(places: Place[], pathname: string): Place | undefined {
  return places.filter((place) => covers(place, pathname)).sort((a, b) => b.to.length - a.to.length)[0];
}

export function Menu() {
  const { _ } = useLingui();
  const me = useMe();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const groups = allowed(NAVIGATION, me.permissions);
  const places = groups.flatMap((group) => group.places);
  const here = hereOf(places, pathname);
  return (
    <Stack gap="md" p="sm">
      {groups.map((group, index) => (
        <Box key={index}>
          {group.label && (
            <Text size="xs" fw={600} c="dimmed" px={10} pb={4}>
              {_(group.label)}
            </Text>
          )}
          {group.places.map((place) => (
            <PlainLink
              key={place.to}
              to={place.to}
              className={classes.menuLink}
              aria-current={place === here ? "page" : undefined}
            >
              <place.icon size={18} stroke={1.7} aria-hidden />
              {_(place.label)}
            </PlainLink>
          ))}
        </Box>
      ))}
    </Stack>
  );
}
