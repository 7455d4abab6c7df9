/** The devices a person was seen on, last seen first; without any, where they would come from. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Badge, Code, Group, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import {
  type Icon,
  IconBell,
  IconCar,
  IconDeviceDesktop,
  IconDeviceGamepad2,
  IconDeviceMobile,
  IconDevices,
  IconDeviceTablet,
  IconDeviceTv,
  IconDeviceWatch,
  IconServer,
} from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import type { Items } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { useChannelLabel } from "@/ui/channels";
import { LinkButton } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { profilePath } from "../queries";
import classes from "./devices.module.css";
import { deviceName, system } from "./model";
import type { Device } from "./types";

/** As many as are kept of one person. */
const DEVICES_MAX = 50;

const devicesQuery = (id: string) =>
  queryOptions({
    queryKey: ["profiles", "one", id, "devices"],
    queryFn: ({ signal }) =>
      api.get<Items<Device>>(`${profilePath(id)}/devices`, { signal, query: { limit: DEVICES_MAX } }),
  });

const ICONS: Record<string, Icon> = {
  phone: IconDeviceMobile,
  tablet: IconDeviceTablet,
  computer: IconDeviceDesktop,
  tv: IconDeviceTv,
  car: IconCar,
  console: IconDeviceGamepad2,
  wearable: IconDeviceWatch,
  server: IconServer,
};

function useTypeWord(): (type: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    phone: t`Phone`,
    tablet: t`Tablet`,
    computer: t`Computer`,
    tv: t`Television`,
    car: t`Car`,
    console: t`Games console`,
    wearable: t`Watch or wristband`,
    server: t`Server`,
  };
  return (type) => words[type] ?? t`Other device`;
}

export function DevicesPanel({ id }: { id: string }) {
  const { t } = useLingui();
  const devices = useQuery(devicesQuery(id));
  return (
    <QueryView query={devices}>
      {({ items }) =>
        items.length === 0 ? (
          <Panel>
            <EmptyState
              icon={<IconDevices />}
              title={t`No device is known yet`}
              text={
                <Trans>
                  Devices appear when events carry <Code>context.userAgent</Code>. Every browser and app library sends
                  it by itself; what a server or a file tells has no device.
                </Trans>
              }
              actions={<LinkButton to={paths.sources()} variant="default">{t`Connect a website or app`}</LinkButton>}
            />
          </Panel>
        ) : (
          <ul className={classes.list} aria-label={t`Devices`}>
            {items.map((device) => (
              <li key={device.id}>
                <DeviceCard device={device} />
              </li>
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

function DeviceCard({ device }: { device: Device }) {
  const { t } = useLingui();
  const typeWord = useTypeWord()(device.type);
  const channel = useChannelLabel();
  const name = deviceName(device, { type: typeWord, inApp: t`in an app` });
  const Look = ICONS[device.type] ?? IconDevices;
  const place = [device.city, device.country && format.country(device.country)].filter(Boolean).join(", ");
  return (
    <Paper withBorder radius="md" p="md" component="article" aria-label={name} h="100%">
      <Group gap="sm" wrap="nowrap" align="flex-start" mb="sm">
        <Look size={26} stroke={1.6} role="img" aria-label={typeWord} style={{ flex: "none" }} />
        <div style={{ minWidth: 0 }}>
          <Title order={2} size="h5" style={{ overflowWrap: "anywhere" }}>
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            <Trans>
              Last seen <Time at={device.last_seen} />
            </Trans>
          </Text>
        </div>
      </Group>
      <SimpleGrid component="dl" cols={2} spacing="sm" verticalSpacing={6} m={0}>
        <Fact label={t`System`}>{system(device) || format.NOTHING}</Fact>
        <Fact label={t`Seen through`}>
          {channel(device.channel)}
          {device.client_kind === "app" && device.channel !== "app" && ` (${t`App`})`}
        </Fact>
        <Fact label={t`Language`}>{format.language(device.language)}</Fact>
        <Fact label={t`Time zone`}>{device.time_zone ?? format.NOTHING}</Fact>
        <Fact label={t`Place`}>{place || format.NOTHING}</Fact>
        <Fact label={t`First seen`}>
          <Time at={device.first_seen} style="date" />
        </Fact>
        <Fact label={t`In use`}>
          <Plural value={device.active_days} one="on # of 60 days" other="on # of 60 days" />
        </Fact>
        <Fact label={t`Push messages`}>
          {device.has_push_token ? (
            <Badge variant="light" color="teal" leftSection={<IconBell size={13} aria-hidden />}>
              {t`can be reached`}
            </Badge>
          ) : (
            t`no`
          )}
        </Fact>
      </SimpleGrid>
    </Paper>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </div>
  );
}
