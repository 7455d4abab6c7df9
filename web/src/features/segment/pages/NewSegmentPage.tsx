import { useLingui } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryClient } from "@/api/query";
import type { Segment } from "@/api/types";
import { useGo } from "@/lib/nav";
import { paths } from "@/lib/paths";
import { toastDone } from "@/ui/toast";
import { Builder, type Draft } from "../parts/Builder";

export default function NewSegmentPage() {
  const { t } = useLingui();
  const go = useGo();
  const create = useMutation({
    mutationFn: (draft: Draft) => api.post<Segment>("/api/v1/segments", draft),
    onSuccess: async (segment) => {
      await queryClient.invalidateQueries({ queryKey: ["segments"] });
      toastDone(t`“${segment.name}” is saved`);
      go(paths.segment(segment.id), { replace: true });
    },
  });
  return (
    <Builder
      title={t`New segment`}
      back={{ to: paths.segments(), label: t`Segments` }}
      initial={{ name: "", description: "", condition: { all: [] } }}
      saving={create.isPending}
      onSave={(draft) =>
        create.mutateAsync(draft).then(
          () => true,
          () => false,
        )
      }
    />
  );
}
