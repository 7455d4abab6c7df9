/** A moment: how long ago, with the exact time and zone on hover and for machines. */
import { Tooltip } from "@mantine/core";
import { ago, clock, date, dateTime, exactTime, NOTHING } from "@/lib/format";
import { useNow } from "@/lib/hooks";

const ABSOLUTE = { date, dateTime, clock };

type Props = { at: string | null | undefined; style?: "ago" | "date" | "dateTime" | "clock" };

export function Time({ at, style = "ago" }: Props) {
  const now = useNow();
  if (!at) return <span>{NOTHING}</span>;
  const text = style === "ago" ? ago(at, now) : ABSOLUTE[style](at);
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at} style={{ whiteSpace: "nowrap" }}>
        {text}
      </time>
    </Tooltip>
  );
}
