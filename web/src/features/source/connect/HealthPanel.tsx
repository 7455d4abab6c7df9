/** How a source is doing: its light, why, what to do, and how much came. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Source } from "@/api/types";
import * as format from "@/lib/format";
import { useNow } from "@/lib/hooks";
import { Stat } from "@/ui/Stat";
import { Time } from "@/ui/Time";
import classes from "../parts/source.module.css";
import { healthOf } from "./health";
import { LIGHTS } from "./Light";
import type { Connection } from "./types";
import { useHealthWords } from "./words";

type Props = { source: Source; connection?: Connection; children?: ReactNode };

export function HealthPanel({ source, connection, children }: Props) {
  const { t } = useLingui();
  const words = useHealthWords();
  const health = healthOf(source, connection, useNow().getTime());
  const { icon: Look, color } = LIGHTS[health.light];
  const { title, text } = words(health, connection?.kind);
  return (
    <Stack gap="sm">
      <section className={classes.health} data-light={health.light} aria-label={t`Health`}>
        <Look size={24} color={color} aria-hidden style={{ flex: "none" }} />
        <Box style={{ flex: "1 1 14rem", minWidth: 0 }}>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm">{text}</Text>
          {health.light === "red" && health.detail && (
            <Text size="sm" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
              {health.detail}
            </Text>
          )}
          {health.since && health.light !== "green" && (
            <Text size="sm" c="dimmed" component="div">
              <Trans>
                Since <Time at={health.since} />
              </Trans>
            </Text>
          )}
        </Box>
        {children}
      </section>
      {connection?.kind !== "feed" && (
        <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
          <Stat label={t`Events`} value={format.number(source.events)} />
          <Stat label={t`Last event`} value={format.ago(source.last_event_at)} />
          <Stat label={t`Refused`} value={format.number(source.rejected)} />
          <Stat label={t`Last problem`} value={format.ago(source.last_error_at)} />
        </SimpleGrid>
      )}
    </Stack>
  );
}
