/** Chooses the segment that gets the e-mail. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { segmentsQuery } from "@/api/query";
import * as format from "@/lib/format";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";

type Props = { value: string | null; onChange: (id: string | null) => void; error?: ReactNode; disabled?: boolean };

export function SegmentSelect({ value, onChange, error, disabled }: Props) {
  const { t } = useLingui();
  const segments = useQuery(segmentsQuery);
  const items = segments.data?.items ?? [];
  return (
    <Select
      label={t`Segment`}
      description={
        <Trans>
          Who gets the e-mail.{" "}
          <AppLink inherit underline="always" to={paths.newSegment()}>
            Build a new one
          </AppLink>
        </Trans>
      }
      placeholder={t`Choose a segment`}
      nothingFoundMessage={t`No segment has that name`}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t`Clear` }}
      disabled={disabled}
      error={error}
      style={{ minWidth: 240 }}
      data={items.map((item) => ({ value: item.id, label: `${item.name} (${format.number(item.count)})` }))}
      value={value}
      onChange={onChange}
    />
  );
}
