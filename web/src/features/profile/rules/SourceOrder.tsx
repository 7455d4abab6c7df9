/** Sources in the order of trust, the best first. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Select, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "@/api/query";
import { useCan } from "@/lib/session";
import { useOrigin } from "../identity/words";
import { MoveButtons } from "./MoveButtons";
import { shifted } from "./model";
import classes from "./rules.module.css";

/** What comes by no source of one's own. */
const INSIDE = ["import", "system"];

type Props = {
  /** The attribute it is about. */
  name: string;
  sources: string[];
  most: number;
  disabled: boolean;
  onChange: (sources: string[]) => void;
};

export function SourceOrder({ name, sources, most, disabled, onChange }: Props) {
  const { t } = useLingui();
  const origin = useOrigin();
  const known = useQuery({ ...sourcesQuery, enabled: useCan("source.read") });
  const all = [...(known.data?.items ?? []).map((one) => one.id), ...INSIDE];
  const left = all.filter((id) => !sources.includes(id));
  const mover = (at: number, by: -1 | 1) => {
    const next = shifted(sources, at, by);
    return !disabled && next !== sources ? () => onChange(next) : null;
  };
  return (
    <>
      <ol className={classes.list} aria-label={t`Sources for ${name}, the most trusted first`}>
        {sources.map((id, at) => {
          const source = origin({ source: id });
          return (
            <Group component="li" key={id} gap={6} wrap="nowrap">
              <MoveButtons name={source} up={mover(at, -1)} down={mover(at, 1)} place={at} />
              <Text size="sm" style={{ flex: 1, overflowWrap: "anywhere" }}>
                {at + 1}. {source}
              </Text>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={disabled}
                aria-label={t`Remove ${source}`}
                onClick={() => onChange(sources.filter((one) => one !== id))}
              >
                <IconX size={14} />
              </ActionIcon>
            </Group>
          );
        })}
      </ol>
      {left.length > 0 && sources.length < most && (
        <Select
          aria-label={t`Add a source for ${name}`}
          placeholder={t`Add a source`}
          size="xs"
          maw={260}
          searchable
          disabled={disabled}
          data={left.map((id) => ({ value: id, label: origin({ source: id }) }))}
          value={null}
          onChange={(id) => id && onChange([...sources, id])}
        />
      )}
    </>
  );
}
