import { useLingui } from "@lingui/react/macro";
import { Badge, Group } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import type { Profile } from "@/api/types";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { ChannelIcon } from "@/ui/channels";
import { DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { MessageState } from "@/ui/message-state";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/states";
import { Time } from "@/ui/Time";

export function Messages({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  if (profile.messages.length === 0) {
    return (
      <Panel>
        <EmptyState
          icon={<IconMail />}
          title={t`Nothing was sent to ${profile.label} yet`}
          text={t`Campaign messages appear here with what became of them.`}
        />
      </Panel>
    );
  }
  return (
    <Panel flush title={t`Messages`}>
      <DataTable
        label={t`Messages`}
        rows={profile.messages}
        rowKey={(message) => message.id}
        columns={[
          {
            key: "campaign",
            header: t`Campaign`,
            cell: (message) =>
              message.campaign_id ? (
                <AppLink to={paths.campaign(message.campaign_id)}>
                  {message.campaign_name ?? message.campaign_id}
                </AppLink>
              ) : (
                (message.campaign_name ?? format.NOTHING)
              ),
          },
          {
            key: "channel",
            header: t`Channel`,
            from: "sm",
            cell: (message) => <ChannelIcon channel={message.channel} />,
          },
          { key: "state", header: t`State`, cell: (message) => <MessageState state={message.state} /> },
          {
            key: "marks",
            header: t`Reaction`,
            from: "sm",
            cell: (message) => (
              <Group gap={4}>
                {message.opened && <Badge variant="light" color="blue">{t`Opened`}</Badge>}
                {message.clicked && <Badge variant="light" color="teal">{t`Clicked`}</Badge>}
              </Group>
            ),
          },
          { key: "at", header: t`Sent`, cell: (message) => <Time at={message.sent_at} /> },
        ]}
      />
    </Panel>
  );
}
