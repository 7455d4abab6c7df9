/** The templates of the workspace, to look after them or to begin a campaign with one. */
import { useLingui } from "@lingui/react/macro";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { DesignGallery } from "../designs/DesignGallery";

export default function TemplatesPage() {
  const { t } = useLingui();
  const go = useGo();
  const mayWrite = useCan("campaign.write");
  return (
    <Page
      title={t`Templates`}
      description={mayWrite ? t`E-mails to begin with. Select one to start a campaign from it.` : undefined}
    >
      <Panel>
        <DesignGallery
          order={2}
          onChoose={(design) =>
            design && mayWrite && go(`${paths.newCampaign()}?design=${encodeURIComponent(design.key)}`)
          }
        />
      </Panel>
    </Page>
  );
}
