/** Says of an attribute that Tutti works it out, and leads to how. */
import { useLingui } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import { IconMathFunction } from "@tabler/icons-react";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { PlainLink } from "@/ui/links";

export function ComputedMark({ name }: { name: string }) {
  const { t } = useLingui();
  const maySee = useCan("segment.read");
  const mark = (
    <Badge
      variant="light"
      miw="max-content"
      leftSection={<IconMathFunction size={12} aria-hidden />}
      style={maySee ? { cursor: "pointer" } : undefined}
    >
      {t`Computed`}
    </Badge>
  );
  if (!maySee) return mark;
  return (
    <PlainLink to={paths.computedTraitNamed(name)} aria-label={t`Computed: how ${name} is worked out`}>
      {mark}
    </PlainLink>
  );
}
