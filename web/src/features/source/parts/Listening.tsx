/** Waits for the first event of a source and says so when it is there. */
import { Plural, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import { IconCircleCheckFilled } from "@tabler/icons-react";
import type { Source } from "@/api/types";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Time } from "@/ui/Time";
import classes from "./source.module.css";

export function Listening({ source }: { source: Source }) {
  const { t } = useLingui();
  const heard = source.events > 0;
  return (
    <div className={classes.listening} data-heard={heard || undefined} role="status">
      {heard ? (
        <IconCircleCheckFilled size={24} color="var(--mantine-color-teal-filled)" aria-hidden />
      ) : (
        <span className={classes.dot} aria-hidden />
      )}
      <Box style={{ flex: 1 }}>
        <Text fw={600}>{heard ? t`It works: events are coming in` : t`Listening for the first event …`}</Text>
        <Text size="sm" c={heard ? undefined : "dimmed"}>
          {heard ? (
            <>
              <Plural value={source.events} one="# event so far, the last" other="# events so far, the last" />{" "}
              <Time at={source.last_event_at} />
            </>
          ) : (
            t`Leave this page open, put the code in place, and do something on your site.`
          )}
        </Text>
      </Box>
      {heard && <AppLink to={paths.live()}>{t`Watch live`}</AppLink>}
    </div>
  );
}
