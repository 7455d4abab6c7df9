/** What is kept of the internet address an event came from, and where countries come from. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "@/api/query";
import * as format from "@/lib/format";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { toastDone } from "@/ui/toast";
import { type IpRule, type Privacy, privacyQuery, savePrivacy } from "../privacy";

function useChoices(): { value: IpRule; label: string; does: string }[] {
  const { t } = useLingui();
  return [
    {
      value: "truncated",
      label: t`Shortened (recommended)`,
      does: t`The end of the address is cut off before anything is stored. It no longer points to one household.`,
    },
    { value: "dropped", label: t`Not at all`, does: t`The address is thrown away before anything is stored.` },
    {
      value: "full",
      label: t`In full`,
      does: t`The address is kept as it came: personal data. Choose this only with a reason that your privacy statement names.`,
    },
  ];
}

export function IpAddresses({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useLingui();
  const privacy = useQuery(privacyQuery);
  return (
    <Panel
      title={t`IP addresses`}
      note={t`Every visit to a website or app comes from an internet address. How much of it do you keep?`}
    >
      <QueryView query={privacy}>{(data) => <Choose privacy={data} mayWrite={mayWrite} />}</QueryView>
    </Panel>
  );
}

function Choose({ privacy, mayWrite }: { privacy: Privacy; mayWrite: boolean }) {
  const { t } = useLingui();
  const [ip, setIp] = useState(privacy.ip);
  const choices = useChoices();
  const save = useMutation({
    mutationFn: savePrivacy,
    onSuccess: (next) => {
      queryClient.setQueryData(privacyQuery.queryKey, next);
      toastDone(t`Saved. It holds for events from now on.`);
    },
  });
  const changed = ip !== privacy.ip;
  return (
    <Stack gap="md" maw={560}>
      <Radio.Group label={t`What is kept of an address`} value={ip} onChange={(next) => setIp(next as IpRule)}>
        <Stack gap="xs" mt="xs">
          {choices.map(({ value, label, does }) => (
            <Radio key={value} value={value} label={label} description={does} disabled={!mayWrite} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="sm" c="dimmed">
        <Trans>This is about what comes in from now on; what is stored already stays as it is.</Trans>
      </Text>
      <Where geo={privacy.geo ?? null} />
      <Group>
        <Button
          disabled={!mayWrite || !changed}
          title={mayWrite ? undefined : t`Your role may not change this.`}
          aria-label={t`Save what is kept of IP addresses`}
          loading={save.isPending}
          onClick={() => save.mutate(ip)}
        >
          <Trans>Save</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

function Where({ geo }: { geo: Privacy["geo"] }) {
  if (!geo) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>
          Countries are not looked up: whoever runs this server has named no database of addresses. A country is known
          where a website or app says it.
        </Trans>
      </Text>
    );
  }
  const from = format.date(geo.built_at);
  return (
    <Text size="sm" c="dimmed">
      {geo.cities ? (
        <Trans>
          Country and city are looked up before the address is cut, on this server: {geo.kind} of {from}.
        </Trans>
      ) : (
        <Trans>
          The country is looked up before the address is cut, on this server: {geo.kind} of {from}.
        </Trans>
      )}
    </Text>
  );
}
