/** A small button that only works for who may change people; to others it says so. */
import { useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useCan } from "@/lib/session";

type Props = { children: ReactNode; onClick: () => void; "aria-label"?: string; leftSection?: ReactNode };

export function ActionButton(props: Props) {
  const { t } = useLingui();
  const mayWrite = useCan("profile.write");
  return (
    <Button
      size="xs"
      variant="default"
      disabled={!mayWrite}
      title={mayWrite ? undefined : t`Your role may not change this.`}
      {...props}
    />
  );
}
