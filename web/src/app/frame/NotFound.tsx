import { useLingui } from "@lingui/react/macro";
import { IconMapQuestion } from "@tabler/icons-react";
import { paths } from "@/lib/paths";
import { LinkButton } from "@/ui/links";
import { EmptyState } from "@/ui/states";

export function NotFound() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconMapQuestion />}
      title={t`There is no such page`}
      text={t`The address may be mistyped, or what was here has been deleted.`}
      actions={<LinkButton to={paths.home()}>{t`Go home`}</LinkButton>}
    />
  );
}
