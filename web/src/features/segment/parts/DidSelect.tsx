import { useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import type { Did } from "@/api/types";

export function DidSelect({ did, onChange }: { did: Did | undefined; onChange: (did: Did) => void }) {
  const { t } = useLingui();
  return (
    <NativeSelect
      aria-label={t`Did or did not`}
      size="xs"
      data={[
        { value: "performed", label: t`did` },
        { value: "not_performed", label: t`did not do` },
      ]}
      value={did ?? "performed"}
      onChange={(change) => onChange(change.currentTarget.value as Did)}
    />
  );
}
