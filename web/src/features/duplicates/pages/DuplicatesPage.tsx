import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/lib/paths";
import { Page } from "@/ui/Page";
import { QueryView } from "@/ui/states";
import { FindButton } from "../parts/FindButton";
import { GroupList } from "../parts/GroupList";
import { RunPanel } from "../parts/RunPanel";
import { statusQuery } from "../queries";

export default function DuplicatesPage() {
  const { t } = useLingui();
  const status = useQuery(statusQuery);
  return (
    <Page
      title={t`Duplicates`}
      description={t`Customers that may be one person, found by comparing names, dates of birth, addresses, e-mail and phone, typing errors included. Nothing is merged until you say so.`}
      back={{ to: paths.people(), label: t`People` }}
      actions={status.data && status.data.state !== "never" && <FindButton status={status.data} />}
    >
      <QueryView query={status}>
        {(data) => (
          <Stack gap="md">
            <RunPanel status={data} />
            {data.state !== "never" && <GroupList key={data.finished_at ?? ""} status={data} />}
          </Stack>
        )}
      </QueryView>
    </Page>
  );
}
