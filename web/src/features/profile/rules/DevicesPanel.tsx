/** The guard against devices that several people share, and which ones were found. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Code, Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { ConfirmDialog } from "@/ui/confirm";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import type { SectionProps } from "./KindsPanel";
import { refreshDevices, releaseDevice, sharedDevicesQuery } from "./queries";
import type { SharedDevice } from "./types";
import { mistakesOf, useKindName, useRuleMistakes } from "./words";

export function DevicesPanel(props: SectionProps) {
  const { t } = useLingui();
  return (
    <Panel
      title={t`Shared devices`}
      note={t`The tablet in your shop, the computer in a library: many people sign in there, and they must not become one customer.`}
    >
      <Stack>
        <Guard {...props} />
        <Found mayWrite={props.mayWrite} enabled={props.view.rules.shared_devices.enabled} />
      </Stack>
    </Panel>
  );
}

function Guard({ rules, edit, view, mayWrite, refusal }: SectionProps) {
  const { t } = useLingui();
  const words = useRuleMistakes();
  const { enabled, users, days } = rules.shared_devices;
  const set = (change: Partial<typeof rules.shared_devices>) =>
    edit({ ...rules, shared_devices: { ...rules.shared_devices, ...change } });
  const wrong = mistakesOf(refusal).find((one) => one.pointer.startsWith("/shared_devices"));
  const number = (next: string | number) => (typeof next === "number" ? next : 0);
  return (
    <>
      <Switch
        label={t`Find shared devices by themselves`}
        description={t`On a shared device what somebody does signed in is theirs; what nobody signed in for belongs to nobody.`}
        disabled={!mayWrite}
        checked={enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <Group gap="sm" align="flex-end">
        <NumberInput
          label={t`More people than`}
          w={150}
          min={1}
          max={view.limits.users_max}
          allowDecimal={false}
          disabled={!mayWrite || !enabled}
          value={users}
          onChange={(next) => set({ users: number(next) })}
        />
        <NumberInput
          label={t`signed in within days`}
          w={170}
          min={1}
          max={view.limits.days_max}
          allowDecimal={false}
          disabled={!mayWrite || !enabled}
          value={days}
          onChange={(next) => set({ days: number(next) })}
        />
      </Group>
      {wrong && (
        <Text size="sm" c="var(--mantine-color-red-text)" role="alert">
          {words(wrong.code, wrong.detail)}
        </Text>
      )}
    </>
  );
}

function Found({ mayWrite, enabled }: { mayWrite: boolean; enabled: boolean }) {
  const { t } = useLingui();
  const devices = useInfiniteQuery(sharedDevicesQuery);
  const rows = devices.data?.pages.flatMap((page) => page.items);
  return (
    <QueryView query={{ ...devices, data: rows }}>
      {(list) =>
        list.length === 0 ? (
          <Text size="sm" c="dimmed">
            <Trans>No shared device was found so far.</Trans>
          </Text>
        ) : (
          <Stack gap="xs">
            {!enabled && (
              <Text size="sm" c="dimmed">
                <Trans>The guard is off: no new ones are found. These stay shared until you release them.</Trans>
              </Text>
            )}
            <DataTable
              label={t`Shared devices`}
              rows={list}
              rowKey={(device) => `${device.kind}:${device.value}`}
              more={{
                has: devices.hasNextPage,
                loading: devices.isFetchingNextPage,
                load: () => void devices.fetchNextPage(),
              }}
              columns={[
                { key: "device", header: t`Device`, cell: (device) => <DeviceCell device={device} /> },
                {
                  key: "visitor",
                  header: t`Belongs to nobody`,
                  from: "md",
                  cell: ({ visitor }) =>
                    visitor ? (
                      <AppLink to={paths.person(visitor.id)} size="sm">
                        {format.person(visitor.label)}
                      </AppLink>
                    ) : (
                      format.NOTHING
                    ),
                },
                { key: "since", header: t`Since`, from: "sm", cell: (device) => <Time at={device.since} /> },
                {
                  key: "release",
                  header: "",
                  numeric: true,
                  cell: (device) => <Release device={device} mayWrite={mayWrite} />,
                },
              ]}
            />
          </Stack>
        )
      }
    </QueryView>
  );
}

function DeviceCell({ device }: { device: SharedDevice }) {
  const name = useKindName()(device.kind);
  const users = format.number(device.users);
  const days = format.number(device.days);
  const limit = format.number(device.limit);
  return (
    <>
      {name} <Code style={{ overflowWrap: "anywhere" }}>{device.value}</Code>
      <Text size="xs" c="dimmed">
        <Trans>
          {users} people signed in within {days} days; {limit} are allowed.
        </Trans>
      </Text>
    </>
  );
}

function Release({ device, mayWrite }: { device: SharedDevice; mayWrite: boolean }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const release = useMutation({
    mutationFn: () => releaseDevice(device),
    onSuccess: async () => {
      setAsking(false);
      toastDone(t`The device is released`);
      await refreshDevices();
    },
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        disabled={!mayWrite}
        title={mayWrite ? undefined : t`Your role may not change this.`}
        aria-label={t`Release ${device.value}…`}
        onClick={() => setAsking(true)}
      >
        <Trans>Release…</Trans>
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t`Release this device?`}
        confirmLabel={t`Release`}
        danger={false}
        loading={release.isPending}
        onConfirm={() => release.mutate()}
      >
        <Trans>
          It is a device like any other from now on: sign-ins are counted from zero, and it belongs to whoever signs in
          next. What was done there meanwhile stays where it is.
        </Trans>
      </ConfirmDialog>
    </>
  );
}
