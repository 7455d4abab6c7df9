import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Company } from "@/api/companies";
import { useParam } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { CopyField } from "@/ui/copy";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { QueryView } from "@/ui/states";
import { aboutText } from "../model";
import { DeleteCompany } from "../parts/DeleteCompany";
import { Members } from "../parts/Members";
import { Tiles } from "../parts/Tiles";
import { Traits } from "../parts/Traits";
import { companyQuery } from "../queries";

export default function CompanyPage() {
  const { t } = useLingui();
  const company = useQuery(companyQuery(useParam("id")));
  const mayErase = useCan("profile.erase");
  return (
    <Page
      title={company.data?.name ?? t`Company`}
      description={company.data && (aboutText(company.data) || undefined)}
      back={{ to: paths.companies(), label: t`Companies` }}
      actions={company.data && mayErase && <DeleteCompany company={company.data} />}
    >
      <QueryView query={company}>{(data) => <Body company={data} />}</QueryView>
    </Page>
  );
}

function Body({ company }: { company: Company }) {
  const { t } = useLingui();
  return (
    <Stack gap="md">
      <Tiles company={company} />
      <Members company={company} />
      <Traits company={company} />
      <Panel>
        <CopyField label={t`ID in your other systems`} value={company.group_id} />
      </Panel>
    </Stack>
  );
}
